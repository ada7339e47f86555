package redact

import (
	"strings"
	"testing"

	"spaniel/event"
)

// besides holds texts in which a name beside a value, a command or a clause
// tells that CANARY is a secret.
var besides = []string{
	`{"name":"password","value":"CANARY"}`,
	`[{"name":"user","value":"bob"},{"name":"password","value":"CANARY"}]`,
	`{"value":"CANARY","name":"password"}`,
	`{"key":"X-Api-Key", "value": "CANARY", "n": 1}`,
	`{\"name\":\"password\",\"value\":\"CANARY\"}`,
	`{"field":"client_secret","type":"text","content":"CANARY"}`,
	`<p name="password">CANARY</p>`,
	`<entry key='client.secret' type="s">CANARY</entry>`,
	`<param name="password" value="CANARY"/>`,
	`<param value="CANARY" name="password"/>`,
	`<ns:property type="x" name="Password"><![CDATA[CANARY]]></ns:property>`,
	"INSERT INTO u SET password = 'a''CANARY''b', n = 1",
	"CREATE USER u IDENTIFIED BY 'a''CANARY'",
	`CREATE USER u identified  by "CANARY"`,
	"ALTER USER u WITH PASSWORD 'CANARY'; SELECT 1",
	"curl -s -u bob:CANARY https://h/x",
	"curl -u 'bob:a CANARY b' https://h/x",
	"curl --user bob:CANARY https://h",
	"x | curl --proxy-user bob:CANARY h",
	"mysql -h db -u root -pCANARY shop",
	"/usr/bin/mysqldump -pCANARY --all",
	`mysql -p"a CANARY"`,
	"sshpass -p CANARY ssh root@h",
	"redis-cli -h h -a CANARY ping",
	"tool --password CANARY --verbose",
	"tool --api-key 'CANARY' x",
}

func TestSecretsToldFromBeside(t *testing.T) {
	r := redactor()
	for _, s := range besides {
		for _, place := range []string{"body", "body.cmd", "query.x"} {
			got := r.Text(place, s)
			if strings.Contains(got, "CANARY") || !strings.Contains(got, markerHead) {
				t.Errorf("%q became %q", s, got)
			}
			if again := r.Text(place, got); again != got {
				t.Errorf("%q is not stable: %q", got, again)
			}
		}
	}
}

func TestWhatStandsBesideOtherThingsStays(t *testing.T) {
	r := redactor()
	for _, s := range []string{
		`{"name":"color","value":"red"}`, `[{"name":"password_hint"},{"name":"x","text":"y"}]`, `{"name":"Password reset mail","content":"Dear Ann"}`, `{"value":"red","name":"color"}`,
		`{"name":"password"},{"value":"red"}`, `<p name="color">red</p>`, `<p name="password"/>red`, `<p><b>red</b></p>`,
		"select name from t where a = '' and b = ''", "sorted by 'name'", "sudo -u root:wheel ls", "sqlmap -u http://h/?id=1", "curl -u bob https://h", "curl -u http://h/ x",
		"mysql -P3306 -h db", "mysql -p shop", "cp -pr a b", "ssh -p 22 h", "mkdir -p a/b", "tool --verbose --page 2", "git commit --author Ann",
	} {
		for _, place := range []string{"body", "query.x"} {
			if got := r.Text(place, s); got != s {
				t.Errorf("%q became %q", s, got)
			}
		}
	}
}

// TestLeavesToldFromBeside: leaves know their neighbours.
func TestLeavesToldFromBeside(t *testing.T) {
	json := func(place, value string) event.Leaf {
		return event.Leaf{Place: place, Key: place[strings.LastIndexByte(place, '.')+1:], Kind: event.LeafJSON, Type: "string", Value: value}
	}
	xml := func(place, value string) event.Leaf {
		l := json(place, value)
		l.Kind, l.Type = event.LeafXML, ""
		return l
	}
	all := []event.Leaf{
		json("body.0.name", "user"), json("body.0.value", "bob"), json("body.1.name", "password"), json("body.1.type", "text"), json("body.1.value", "CANARY"), json("body.2.value", "CANARY"), json("body.2.key", "token"),
		json("body.3.value", "red"), json("body.4.name", "color"), xml("body.f.name", "password"), xml("body.f", "CANARY"), xml("body.g.name", "color"), xml("body.g", "red"),
	}
	got, _ := redactor().leaves(nil, all)
	for i, l := range all {
		if hidden := strings.HasPrefix(got[i].Value, markerHead); hidden != (l.Value == "CANARY") {
			t.Errorf("%s: %q became %q", l.Place, l.Value, got[i].Value)
		}
	}
}
