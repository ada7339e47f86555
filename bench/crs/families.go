package main

import (
	"slices"

	"github.com/corazawaf/coraza/v3/types"
)

// families are those a rule may be said to name, generously: by its number
// where it is about one, else by its tag's class.
func families(r types.RuleMetadata) []string {
	byID := map[int][]string{
		921200: {"ldap"}, 921120: {"crlf"}, 921130: {"crlf"}, 921140: {"crlf"}, 921150: {"crlf"}, 921151: {"crlf"}, 921160: {"crlf"}, 921190: {"crlf"},
		933110: {"upload"}, 933111: {"upload"}, 933170: {"deser"}, 934130: {"proto-pollution"}, 934131: {"proto-pollution"}, 934140: {"code-inj"},
		942290: {"nosqli"}, 944150: {"log4shell"}, 944151: {"log4shell"}, 944152: {"log4shell"},
		944120: {"deser"}, 944200: {"deser"}, 944210: {"deser"}, 944240: {"deser"}, 944110: {"deser", "code-inj"}, 944100: {"code-inj"}, 944130: {"code-inj"}, 944250: {"code-inj"}, 944260: {"code-inj"},
		943100: {"session-fixation"}, 943110: {"session-fixation"}, 943120: {"session-fixation"},
	}
	if f, ok := byID[r.ID()]; ok {
		return f
	}
	byTag := []struct {
		tag      string
		families []string
	}{
		{"attack-sqli", []string{"sqli"}}, {"attack-xss", []string{"xss", "session-fixation"}}, {"attack-rce", []string{"cmdi", "code-inj", "ssti"}},
		{"attack-lfi", []string{"path-traversal"}}, {"attack-rfi", []string{"path-traversal", "ssrf"}}, {"attack-injection-php", []string{"code-inj", "upload"}},
		{"attack-ssrf", []string{"ssrf"}}, {"attack-ssti", []string{"ssti"}}, {"attack-injection-generic", []string{"code-inj", "ssti"}},
		{"attack-injection-java", []string{"code-inj", "deser"}}, {"attack-disclosure", []string{"leak"}}, {"attack-reputation-scanner", []string{"scanner-ua"}},
	}
	var out []string
	for _, t := range byTag {
		if slices.Contains(r.Tags(), t.tag) {
			out = append(out, t.families...)
		}
	}
	return out
}
