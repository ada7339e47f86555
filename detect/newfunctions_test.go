package detect

import (
	"bytes"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"pgregory.net/rapid"

	"spaniel/detect/geo"
	"spaniel/event"
)

// somewhere is a database in which the client of test calls is in NL.
func somewhere(t testing.TB) *geo.DB {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test", RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := net.ParseCIDR("203.0.113.0/24")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Insert(n, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("NL")}, "autonomous_system_number": mmdbtype.Uint32(64496)}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	db, err := geo.New(b.Bytes(), b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func loadAround(t testing.TB, opt LoadOptions, rules ...string) *Set {
	t.Helper()
	set, err := Load([]Source{{Name: "test", FS: files(rules...)}}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestPlacesAndTimes: where the client is, and when it is there.
func TestPlacesAndTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("this machine knows no time zones: ", err)
	}
	sunday := float64(time.Date(2026, 3, 29, 0, 59, 59, 0, time.UTC).Unix()) // a second before summer time there
	for _, tc := range []struct {
		opt  LoadOptions
		when string
		at   float64
		want bool
	}{
		{LoadOptions{Geo: somewhere(t)}, `client.country == "NL" && client.asn == 64496 && country(client.ip) == "NL" && asn("203.0.113.1") == 64496`, 1, true},
		{LoadOptions{Geo: somewhere(t)}, `country(server.ip) == "" && asn("shop.example") == 0 && country("") == "" && asn(server.ip) == 0`, 1, true},
		{LoadOptions{}, `client.country == "" && client.asn == 0 && country(client.ip) == "" && asn(client.ip) == 0`, 1, true},
		{LoadOptions{}, `hour() == 0 && weekday() == "sunday"`, sunday, true},
		{LoadOptions{Zone: berlin}, `hour() == 1 && weekday() == "sunday"`, sunday, true},
		{LoadOptions{Zone: berlin}, `hour() == 3`, sunday + 1, true},
		{LoadOptions{Zone: berlin}, `weekday() in ["monday"]`, sunday - 3600*24*6, true},
		{LoadOptions{}, `hour() == 1 ? weekday() == "thursday" : false`, 3600, true}, // by the machine
	} {
		set := loadAround(t, tc.opt, good+"when: '"+tc.when+"'\n")
		alerts := run(set, &Config{}, newCall("GET /", 200, tc.at))
		if (len(alerts) == 1) != tc.want {
			t.Errorf("%s: %d alerts", tc.when, len(alerts))
		}
		if tc.opt.Geo != nil && len(alerts) == 1 && alerts[0].Client.Country != "NL" {
			t.Errorf("the alert says %q", alerts[0].Client.Country)
		}
	}
	rule := good + "when: hour() == 3\n"
	if loadAround(t, LoadOptions{Zone: berlin}, rule).Hash() == load(t, rule).Hash() || loadAround(t, LoadOptions{Geo: somewhere(t)}, rule).Hash() == load(t, rule).Hash() {
		t.Error("a zone or a database is not in the hash")
	}
}

// TestPlaceOfCallIsRedone: a call without a place does not keep the last one's.
func TestPlaceOfCallIsRedone(t *testing.T) {
	j := NewJudge(loadAround(t, LoadOptions{Geo: somewhere(t)}, good+"when: req.seen\n"), &Config{})
	var f Findings
	for client, want := range map[string]string{"203.0.113.9:1": "NL", "10.0.0.1:1": "", "[::ffff:203.0.113.7]:1": "NL"} {
		c := newCall("GET /", 200, 1)
		c.Flow.Client = netip.MustParseAddrPort(client)
		j.Call(c, &f)
		if c.Country != want {
			t.Errorf("%s: %q", client, c.Country)
		}
	}
}

// TestValueFunctions: each says what it is documented to, with evidence.
func TestValueFunctions(t *testing.T) {
	const card, iban = "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32"
	for _, tc := range []struct{ when, evidence string }{
		{`pii(resp)`, "resp.body card 4"},
		{`pii(resp, ["email"])`, "resp.body email 28"},
		{`pii(resp, ["iban"])`, "none"},
		{`pii(leaves)`, "query.a iban 3"},
		{`any(leaves, .key == "b" && pii(#, ["ssn", "cpf"]))`, "query.b ssn 0"},
		{`pii(req.header("x-mail"), ["email"])`, "header.x-mail email 0"},
		{`pii("no 123")`, "none"},
		{`wildcard(req.host, "*.EXAMPLE")`, "header.host shop.example 0"},
		{`any(leaves, wildcard(#, "*-?5-*"))`, "query.b 123-45-6789 0"},
		{`wildcard(leaves, "1*5*")`, "query.b 123-45-6789 0"},
		{`wildcard(req.host, "shop")`, "none"},
		{`iban("` + iban + `") && !iban(req.path)`, ""},
		{`similar(req.host, "sh0p.example") > 0.9 && similar(req.host, "unlike") < 0.5`, ""},
		{`luhn("` + card + `") && entropy("aabb") == 1`, ""},
	} {
		set := load(t, good+"when: '"+tc.when+"'\n")
		c := newCall("GET /x", 200, 1, leaf("query.a", "to "+iban), leaf("query.b", "123-45-6789"))
		c.Req.Headers = append(c.Req.Headers, event.Header{Name: "X-Mail", Value: "ann@shop.example"})
		c.Resp.Raw = []byte("pay " + card + " ask ann@shop.example")
		alerts := run(set, &Config{}, c)
		got := "none"
		if len(alerts) == 1 {
			got = ""
			for _, e := range alerts[0].Evidence {
				got += strings.TrimSpace(e.Place + " " + e.Text + " " + strconv.Itoa(e.Offset))
			}
		}
		if got != tc.evidence && !(tc.evidence != "" && tc.evidence != "none" && strings.HasPrefix(got, tc.evidence)) {
			t.Errorf("%s: %q, want %q", tc.when, got, tc.evidence)
		}
	}
}

// TestNewFunctionsNatively: what is native gives what the machine gives.
func TestNewFunctionsNatively(t *testing.T) {
	set := loadAround(t, LoadOptions{Geo: somewhere(t)}, good+"when: resp.seen\n")
	var list []*program
	for _, src := range []string{`pii(resp)`, `pii(resp, ["email", "card"])`, `pii(leaves)`, `any(leaves, pii(#, ["email"]))`, `pii(req.path)`, `wildcard(req.path, "/a*")`, `any(leaves, wildcard(#, "*a?b*"))`, `wildcard(leaves, "*")`,
		`iban(req.path)`, `luhn(req.query)`, `entropy(req.path)`, `similar(req.path, req.target)`, `hour()`, `weekday()`, `country(client.ip)`, `asn(client.ip)`, `client.country == "NL"`, `client.asn`} {
		p, faults := set.lang.compile(src, wantText)
		if len(faults) > 0 || !p.native.set() {
			t.Fatalf("%s: %+v, native %v", src, faults, p != nil && p.native.set())
		}
		list = append(list, p)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := anyCall(t)
		c.Resp.Raw = []byte(rapid.SampledFrom(append(bodies(), "4111111111111111", "a@b.example")).Draw(t, "body"))
		j := NewJudge(set, &Config{})
		for _, p := range list {
			sameAsMachine(t, j.scope, c, p)
		}
	})
}

// TestWrongLiterals: what a function must be given as a literal is checked.
func TestWrongLiterals(t *testing.T) {
	for when, want := range map[string]string{
		`wildcard(req.host, req.path)`: `the pattern of wildcard must be a literal  (write it between quotes: "*.example")`,
		`wildcard(req.host, "a\\")`:    `the wildcard ends in a lone backslash`,
		`pii(resp, ["cards"])`:         `there is no kind of personal data "cards"  (did you mean "card"?)`,
		`pii(resp, ["x"])`:             `(use card, iban, ssn, cpf, email)`,
		`pii(resp, req.path)`:          `the kinds of pii must be a literal list of strings`,
		`similar(req.host) > 1`:        `similar cannot be given this`,
		`hour(ts) > 1`:                 `hour cannot be given this`,
	} {
		_, err := Load([]Source{{FS: files(good + "when: '" + when + "'\n")}}, LoadOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", when, err)
		}
	}
}

// TestWhereAsksTheSet: --where has the lists, databases and zone of the rules.
func TestWhereAsksTheSet(t *testing.T) {
	fsys := someLists()
	set, err := Load([]Source{{FS: fsys}}, LoadOptions{Geo: somewhere(t), Zone: time.FixedZone("x", 3600)})
	if err != nil {
		t.Fatal(err)
	}
	w, err := CompileWhere(`in_list(client.ip, "nets") && country(client.ip) == "NL" && hour() == 1`, set)
	if err != nil {
		t.Fatal(err)
	}
	if yes, err := w.Match(newCall("GET /", 200, 1)); !yes || err != nil {
		t.Errorf("%v, %v", yes, err)
	}
	if _, err := CompileWhere(`in_list(client.ip, "netz")`, set); err == nil || !strings.Contains(err.Error(), `did you mean "nets"?`) {
		t.Errorf("%v", err)
	}
}
