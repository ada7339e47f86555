package taxonomy

import "testing"

func TestEntriesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	counts := map[string]int{}
	for _, e := range Entries() {
		if msg, known := Check(e.Ref); msg != "" || !known || e.Name == "" {
			t.Errorf("%s %q: %s", e.Ref, e.Name, msg)
		}
		if seen[e.Ref] {
			t.Errorf("%s stands twice", e.Ref)
		}
		seen[e.Ref] = true
		for _, s := range Schemes() {
			if len(e.Ref) > len(s.Key) && e.Ref[:len(s.Key)+1] == s.Key+":" {
				counts[s.Key]++
			}
		}
	}
	for key, want := range map[string]int{"owasp-api": 10, "owasp": 10, "oat": 21} {
		if counts[key] != want {
			t.Errorf("%s has %d entries, want %d", key, counts[key], want)
		}
	}
	if counts["cwe"] < 100 || counts["attack"] < 80 {
		t.Errorf("%v", counts)
	}
}

func TestCheck(t *testing.T) {
	for ref, ok := range map[string]bool{
		"cwe:89": true, "cwe:1500": true, "cwe:0": false, "cwe:x": false, "attack:T1190": true, "attack:T9999": true, "attack:1190": false, "owasp-api:10": true, "owasp-api:11": false,
		"oat:021": true, "oat:022": false, "oat:21": false, "owasp:A03": true, "owasp:A11": false, "cve:2021-44228": true, "cve:44228": false, "capec:66": false, "cwe": false,
	} {
		if msg, _ := Check(ref); (msg == "") != ok {
			t.Errorf("%s: %q", ref, msg)
		}
	}
	if Name("cwe:89") != "SQL Injection" || Name("cwe:2") != "" {
		t.Error("names are not found")
	}
}
