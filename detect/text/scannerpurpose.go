package text

import "strings"

// scannerPhrases are names of more than one word, and what agents say of the tool
// they are.
var scannerPhrases = []string{"fuzz faster", "nmap scripting", "() {", "${jndi:", "security scan", "security-scan", "vulnerability scan", "pentest", "owasp zap", "go buster", "burp suite", "burp collab", "burp/", "subgraph vega", "core impact", "immunity canvas", "sql power injector",
	"angry ip scanner", "toata dragostea", "white hat", "whitehat team", "strikes again", "criminal ip", "project sonar", "hunter.how", "intruder.io", "pentest-tools", "holm security", "bright security", "crashtest security", "cobalt.io", "upguard", "sucuri sitecheck", "parrot security",
	"peach fuzzer", "; zap)", "sf/2.10b", "availability of various services across", "getodin.com", "studies the availability", "web vulnerability", "penetration test", "bug bounty", "port scan", "attack surface", "dir buster", "web scanner", "web fuzzer", "brute force", "mozilla/5.g", "mozlila", "kali linux", "proof of concept", "sql injection"}

// scannerPurposes are what a tool's name says that it is for.
var scannerPurposes = []string{"exploit", "pentest", "vuln", "bugbounty", "bugcrowd", "hackerone", "intigriti", "yeswehack", "synack", "bruteforc", "log4shell", "log4j-rce", "log4j-scan", "log4j-poc", "log4jscan", "shellshock", "heartbleed", "proxyshell", "spring4shell", "eternalblue", "portscan", "webscan", "dirscan", "dirbust", "dirbrut", "subdomain-", "hacktool", "nmap", "sqlmap", "sqlinject", "xssscan", "ssrf", "webshell", "payload-test", "crackm", "botnet", "honeypot-scan", "port-scan", "web-scan", "vhost-scan", "ssl-scan", "tls-scan", "cve-scan", "poc-test", "rce-scan", "xss-scan", "sqli-scan", "lfi-scan", "oauth-scan", "api-scan", "iot-scan", "jwt-crack", "fuzzapi", "fuzz-api", "brute-force"}

// purposeWord looks for a word that says by itself what its tool is for: a purpose, a
// fuzzer, the number of a weakness.
func purposeWord(ua string) (from, to int, hit bool) {
	for i := 0; i < len(ua); {
		if !isLetter(ua[i]) {
			i++
			continue
		}
		j := i
		for j < len(ua) && (isWord(ua[j]) || ua[j] == '-') {
			j++
		}
		w := ua[i:j]
		if strings.HasPrefix(ua[j:], "://") || j < len(ua) && ua[j] == '.' {
			// an address says whose the agent is, not what it is
			k := strings.IndexAny(ua[j:], " );,")
			if k < 0 {
				return 0, 0, false
			}
			i = j + k
			continue
		}
		if _, p := indexAnyFold(w, scannerPurposes); p != "" || fuzzerName(w) || weaknessNumber(w) {
			return i, j, true
		}
		i = j
	}
	return 0, 0, false
}

// fuzzerName reports a name that ends in fuzz or fuzzer.
func fuzzerName(w string) bool {
	for _, end := range [...]string{"fuzz", "fuzzer", "fuzzing"} {
		if len(w) >= len(end) && foldIn(w[len(w)-len(end):], end) {
			return true
		}
	}
	return false
}

// weaknessNumber reports CVE-2021-44228 and what is made of it.
func weaknessNumber(w string) bool {
	return len(w) > 8 && prefixFold(w, "cve-") && isDigits(w[4:8])
}
