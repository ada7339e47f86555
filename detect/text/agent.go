package text

import "strings"

// agentWord walks the words of a user agent (letters, digits, - and _ with a
// letter first) and returns the first that the table knows.
func agentWord(ua string, table map[string]string) (from, to int, name string) {
	for i := 0; i < len(ua) && i < 1024; {
		if !isLetter(ua[i]) {
			i++
			continue
		}
		j := i
		for j < len(ua) && (isWord(ua[j]) || ua[j] == '-') {
			j++
		}
		if n := lookFold(table, ua[i:j]); n != "" {
			return i, j, n
		}
		if k := strings.IndexAny(ua[i:j], "-_"); k > 0 && i+k+1 < j && isDigit(ua[i+k+1]) {
			if n := lookFold(table, ua[i:i+k]); n != "" {
				return i, i + k, n // DirBuster-1.0
			}
		} else if k >= len("nessus-") {
			if n := lookFold(table, ua[i:i+k]); n != "" {
				return i, i + k, n // Acunetix-Product
			}
		}
		i = j
	}
	return 0, 0, ""
}

// scannerAgents are the words attack tools put into their user agents.
var scannerAgents = wordSet(`sqlmap nikto nmap masscan zgrab nuclei wpscan joomscan droopescan dirbuster dirb gobuster feroxbuster ffuf wfuzz dirsearch acunetix
 netsparker invicti nessus openvas gvm arachni w3af skipfish wapiti vega whatweb havij jbrofuzz pangolin hydra medusa patator commix xsstrike dalfox
 burpcollaborator burpsuite zaproxy owasp-zap zap metasploit sqlninja bsqlbf jaascois absinthe webinspect appscan n-stealth paros grabber whisker
 brutus fimap uniscan golismero crackmapexec zmeu morfeus muieblackcat jorgee l9explore l9tcpid leakix detectify grendel-scan fuzzfasterufool httprobe subfinder amass
 dotdotpwn tplmap nosqlmap jaeles xspear photon sitadel blackwidow wafw00f cgichk datacha0s mysqloit sysscan springenwerk webshag websecurify nsauditor
 bfac whatwaf libwhisker nettacker tsunamisecurityscanner webbandit wprecon appspider qualysguard qualys n-stalker cmsmap xsser ghauri wpprobe sstimap shortscan kadimus
 lfisuite panoptic lfimap graphw00f graphql-cop jsql noseyparker trufflehog yeswehack-hunter tinja ironwasp betabot slowloris slowhttptest goldeneye projectdiscovery zaproxy kxss interactsh katana gospider hakrawler kiterunner arjun crlfuzz ssrfmap rustbuster openvas-vt toolxss censysinspect expanse internetmeasurement hello-world odin
 aquatone gowitness naabu dnsx cariddi waybackurls paramspider dirhunt dirmap cmseek rapidscan vulnx sn1per autorecon sslscan nexpose immuniweb probely openbullet sentrymba
 fuzzowski evilginx beef-xss weevely xsrfprobe clairvoyance inql graphqlmap jwt_tool autorize corsy smuggler webcopier websploit vulmap pocsuite pocsuite3 xray goby fscan xspider maxpatrol wpseku cmsscan vbscan zgrab2
 greenbone insightappsec portswigger webscarab ratproxy meterpreter ncrack thc-hydra bbqsql pwnxss xxeinjector liffy zmap rustscan unicornscan tlsx dirstalk crawlergo linkfinder secretfinder jsfinder gittools git-dumper gitdumper
 ds_store_exp svn-extractor gitleaks webtech wafninja eyewitness massdns theharvester recon-ng spiderfoot reconftw osmedeus vulscan afrog yakit yaklang awvs nemo_go ehole tscanplus superscan x-scan v3n0m red_hawk blackarch kali-linux
 gophish king-phisher testssl sslyze loic hoic torshammer r-u-dead-yet mhddos w00tw00t dfind netsystemsresearch shodan binaryedge zoomeye fofa onyphe stretchoid genomecrawlerd hostedscan tenable edgescan cyberscan stackhawk hawkscan
 neuralegion breachlock outpost24 hackbar radamsa boofuzz restler restler-fuzzer schemathesis evomaster crackql jwt-hack wsfuzz samlraider s3scanner bucket-stream cloud_enum kube-hunter peirates core-project hexometer netlab360
 httpscan webcruiser wvs sqlscan sqliscan xsscan dirscan webscanner webinspector n-stalker-x paros-proxy proxystrike webslayer wsfuzzer powerfuzzer httprecon httprint httpsquash hping ratool vulnerabilities-scanner cisco-torch
 dnsrecon fierce knockpy sublist3r assetfinder findomain chaospy puredns altdns shuffledns bbot gotestwaf nikto2 subjack subover takeover tko-subs cloudbrute urlfinder webpathbrute 403bypasser bypass-403 nomore403 byp4xx crlfsuite openredirex oralyzer
 xsrfscan bolt-csrf deserlab ysoserial marshalsec jndi-exploit-kit rogue-jndi jexboss struts-pwn shellerator pwncat wpforce wpbrute wpxf cmsbrute joomlavs drupwn droopal magescan typo3scan whatcms httpx-toolkit x-force-red redteam red-team
 ddosify pyloris slowread slow-read tor-hammer xerxes hulk-ddos ufonet dirtyc0w routersploit isf-exploit expl-bot kinsing xmrig muhstik`)

// begunAgents are tools with ordinary names, which count where an agent begins with
// one and names no browser.
var begunAgents = wordSet(`hulk gau meg raccoon ladon railgun kunpeng striker liffy beef mole uncover pacu jsky satan`)

// ScannerUA reports a user agent that names an attack tool or vulnerability
// scanner.
//
// Returns: where the name is, and the name as sent.
//
// Example: ScannerUA("sqlmap/1.8#stable") = 0, "sqlmap", true; ScannerUA("Mozilla/5.0 … Firefox/132.0") is silent.
func ScannerUA(ua string) (offset int, match string, ok bool) {
	from, to, name := agentWord(ua, scannerAgents)
	switch name {
	case "zap", "xray", "goby", "corsy", "smuggler", "photon", "vega", "odin", "medusa", "grabber", "brutus", "katana", "gvm", "expanse", "hello-world":
		// also ordinary names: only at the beginning, or with a version and no browser
		if from > 0 || indexFold(ua, "mozilla/") >= 0 {
			name = ""
		}
	}
	if name == "" {
		if len(ua) >= 1024 {
			return none()
		}
		if at, w := indexAnyFold(ua, scannerPhrases); w != "" {
			return found(ua, at, at+len(w))
		}
		if n := wordEnd(ua, 0); lookFold(begunAgents, ua[:n]) != "" && (n == len(ua) || ua[n] == '/') {
			return found(ua, 0, n)
		}
		if from, to, hit := purposeWord(ua); hit {
			return found(ua, from, to)
		}
		return none()
	}
	return found(ua, from, to)
}

// toolAgents are HTTP libraries and command-line clients.
var toolAgents = wordSet(`curl wget python python-requests python-urllib python-urllib3 python-httpx urllib3 aiohttp httpx requests pycurl go-http-client okhttp java libwww-perl lwp apache-httpclient
 jakarta axios node-fetch node-superagent superagent got undici postmanruntime insomnia httpie ruby faraday rest-client restsharp guzzlehttp guzzle php scrapy headlesschrome phantomjs
 puppeteer playwright selenium mechanize winhttp powershell aria2 fasthttp reqwest hyper perl libcurl colly jersey retrofit dart unirest wrk ab apachebench hey vegeta k6 jmeter locust siege
 gatling bombardier oha autocannon httrack slimerjs casperjs zombie jsdom restassured lua-resty-http typhoeus excon http-kit deno bun`)

// ToolUA reports a user agent that names an HTTP library or a command-line
// client, and not a browser or an application.
//
// Returns: where the name is, and the name as sent.
//
// Example: ToolUA("python-requests/2.32.3") = 0, "python-requests", true; ToolUA("Mozilla/5.0 … Chrome/131") is silent.
func ToolUA(ua string) (offset int, match string, ok bool) {
	if from, to, hit := ScannerUA(ua); hit {
		return from, to, true
	}
	from, to, name := agentWord(ua, toolAgents)
	switch name {
	case "":
		return none()
	case "headlesschrome", "phantomjs", "slimerjs", "selenium", "puppeteer", "playwright", "powershell", "jsdom":
		return found(ua, from, to)
	}
	if from > 12 || indexFold(ua, "mozilla/") >= 0 {
		return none()
	}
	return found(ua, from, to)
}

// crawlers are agents that say they are a crawler, by name; those whose word
// ends in bot, spider or crawler are found by that.
var crawlers = wordSet(`googlebot bingbot yandexbot baiduspider duckduckbot slurp applebot facebookexternalhit facebot twitterbot linkedinbot pinterestbot slackbot discordbot telegrambot whatsapp
 ahrefsbot semrushbot mj12bot dotbot petalbot bytespider gptbot chatgpt-user oai-searchbot claudebot claude-web anthropic-ai ccbot perplexitybot amazonbot google-extended googleother
 google-inspectiontool adsbot-google mediapartners-google apis-google storebot-google feedfetcher-google google-read-aloud ia_archiver archive sogou exabot seznambot qwantify msnbot uptimerobot pingdom
 statuscake site24x7 newrelicpinger datadog datadogsynthetics meta-externalagent meta-externalfetcher cohere-ai diffbot omgili omgilibot dataforseobot youbot bravebot mojeekbot neevabot rogerbot screaming
 blexbot linkdexbot coccocbot yeti naverbot daum ezooms turnitinbot magpie-crawler w3c_validator embedly quora skypeuripreview vkshare redditbot tumblr flipboard nuzzel bitlybot`)

// KnownBot reports a user agent that claims to be a crawler, a link preview or
// a monitor. Whether it is one, only its address can say.
//
// Returns: where the name is, and the name as sent.
//
// Example: KnownBot("Mozilla/5.0 (compatible; Googlebot/2.1; …)") = 25, "Googlebot", true.
func KnownBot(ua string) (offset int, match string, ok bool) {
	for i := 0; i < len(ua) && i < 1024; {
		if !isLetter(ua[i]) {
			i++
			continue
		}
		j := i
		for j < len(ua) && (isWord(ua[j]) || ua[j] == '-') {
			j++
		}
		w := ua[i:j]
		if prefixFold(w, "http") && strings.HasPrefix(ua[j:], "://") {
			k := strings.IndexAny(ua[j:], " );")
			if k < 0 {
				break
			}
			i = j + k
			continue
		}
		n := lookFold(crawlers, w)
		if n == "" {
			n = lookFold(listedCrawlers, w)
		}
		if n != "" || botWord(w) {
			if !(n == "archive" || n == "screaming" || n == "whatsapp") {
				return found(ua, i, j)
			}
		}
		i = j
	}
	return none()
}

// botWord reports a name that ends in bot, spider or crawler.
func botWord(w string) bool {
	for _, end := range []string{"bot", "spider", "crawler", "bots", "crawl"} {
		if len(w) > len(end) && foldIn(w[len(w)-len(end):], end) {
			return !foldIn(w, "cubot", "abbot", "robot", "talbot") // a phone's name, names of people
		}
	}
	return foldIn(w, "bot", "spider", "crawler")
}
