package learned

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

func TestTypeOf(t *testing.T) {
	for _, tc := range []struct{ json, value, want string }{
		{"null", "null", "null"}, {"bool", "true", "bool"}, {"number", "1.5", "number"}, {"object", "", "object"}, {"array", "", "object"},
		{"string", "", "empty"}, {"", "17", "digits"}, {"", "-17", "decimal"}, {"", "3.14", "decimal"}, {"", "1.2.3", "word"},
		{"", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "uuid"}, {"", "2026-11-22", "date"}, {"", "2026-11-22T10:00:00Z", "date"},
		{"", "ann@x.example", "email"}, {"", "https://x.example/a", "url"}, {"string", "deadbeef01", "hex"}, {"", "red-shoes", "word"}, {"", "two words", "text"},
		{"", "1' OR '1'='1", "syntax"}, {"", "7%27", "syntax"}, {"", "7%2", "text"}, {"", "7%zz", "text"}, {"", "a, b & c = 5%", "text"}, {"", "2026-11-22'", "syntax"}, {"", "x@y.example;", "syntax"},
	} {
		if got := TypeNames()[TypeOf(tc.json, tc.value)]; got != tc.want {
			t.Errorf("%s %q: %s, want %s", tc.json, tc.value, got, tc.want)
		}
	}
}

func with(clock int64, fields ...FieldSeen) *Lesson {
	l := lesson(clock, "POST", "a", "/x", "none")
	l.Fields = fields
	return l
}

func TestOddTypesAndNewFields(t *testing.T) {
	f := New(Limits{Calls: 10, Time: time.Second})
	user, note, count := FieldSeen{"body.user", typeWord}, FieldSeen{"body.note", typeText}, FieldSeen{"query.count", typeDigits}
	for i := range int64(10) {
		if l := with(i*second, FieldSeen{"body.user", typeNull}); f.OddTypes(f.Of(l), l) != nil {
			t.Fatalf("odd after %d calls", i)
		}
		seen := []FieldSeen{user, count, {"body.talk", typeText}}
		if i == 3 {
			seen = append(seen, note) // known from one call: too few to be odd
		}
		f.Learn(with(i*second, seen...))
	}
	for _, tc := range []struct {
		seen    FieldSeen
		odd, nw string
		syntax  string
	}{
		{user, "", "", ""},
		{FieldSeen{"query.count", typeSyntax}, "query.count syntax 10 digits", "", "query.count"},
		{FieldSeen{"query.count", typeText}, "query.count text 10 digits", "", ""},
		{FieldSeen{"body.talk", typeSyntax}, "", "", ""},
		{FieldSeen{"body.user", typeSyntax}, "body.user syntax 10 word", "", ""},
		{FieldSeen{"body.user", typeNumber}, "body.user number 10 word", "", ""},
		{FieldSeen{"body.user.$ne", typeNull}, "body.user object 10 word", "body.user.$ne", ""},
		{FieldSeen{"body.note", typeNumber}, "", "", ""},
		{FieldSeen{"body.role", typeWord}, "", "body.role", ""},
	} {
		l := with(20*second, tc.seen)
		odd, nw := "", ""
		for _, o := range f.OddTypes(f.Of(l), l) {
			odd += fmt.Sprint(o.Place, " ", TypeNames()[o.Type], " ", o.Calls, " ", o.Usual)
		}
		for _, o := range f.NewFields(f.Of(l), l) {
			nw += o.Place
		}
		syntax := ""
		for _, o := range f.OddSyntax(f.Of(l), l) {
			syntax += o.Place
		}
		if odd != tc.odd || nw != tc.nw || syntax != tc.syntax {
			t.Errorf("%v: odd %q, new %q, syntax %q; want %q, %q, %q", tc.seen, odd, nw, syntax, tc.odd, tc.nw, tc.syntax)
		}
	}
}

// TestMadeUpFieldsPushOutOneAnother: a client that invents names takes no room
// from those that are used.
func TestMadeUpFieldsPushOutOneAnother(t *testing.T) {
	f := New(Limits{Fields: 100})
	for i := range 5000 {
		f.Learn(with(int64(i), FieldSeen{"body.real", typeWord}, FieldSeen{fmt.Sprint("query.junk", i), typeWord}))
	}
	e := f.Of(with(0))
	if k := e.fields["body.real"]; k == nil || k.Calls != 5000 || len(e.fields) > maxFields || f.Counts().Fields != len(e.fields) || f.Counts().FieldsBeyond == 0 {
		t.Errorf("%d fields, counts %+v", len(e.fields), f.Counts())
	}
}

func TestReturnedByRole(t *testing.T) {
	f := New(Limits{Calls: 10, Time: time.Second})
	gave := func(clock int64, role string, names ...string) *Lesson {
		l := lesson(clock, "GET", "a", "/me", "jwt")
		l.Role, l.Returned = role, names
		return l
	}
	for i := range int64(12) {
		f.Learn(gave(i*second, "user", "id", "name"))
		f.Learn(gave(i*second, "admin", "id", "name", "salary"))
	}
	for _, tc := range []struct{ role, want string }{{"user", "salary"}, {"admin", ""}, {"guest", ""}} {
		l := gave(20*second, tc.role, "id", "salary")
		var got []string
		for _, o := range f.NewReturned(f.Of(l), l) {
			got = append(got, o.Place)
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %v, want %q", tc.role, got, tc.want)
		}
	}
	if e := f.Of(gave(0, "")); strings.Join(e.Roles(), " ") != "admin user" || fmt.Sprint(e.Returned("user")) != "[{id 12} {name 12}]" {
		t.Errorf("%v, %v", e.Roles(), e.Returned("user"))
	}
}

// TestForeignIDs compares with exact sets: within a generation the sketch errs
// as rarely as it says.
func TestForeignIDs(t *testing.T) {
	f := New(Limits{Calls: 1, Time: time.Nanosecond})
	f.Learn(lesson(1, "GET", "a", "/o/{id}", "jwt"))
	owners := map[uint64]map[uint64]bool{}
	for i := range uint64(30_000) {
		owner := HashID(fmt.Sprint("owner", i%50))
		id := HashID(fmt.Sprint("id", i*7919%20_000))
		l := lesson(2, "GET", "a", "/o/{id}", "jwt")
		l.Owner, l.Given = owner, []uint64{id}
		f.Learn(l)
		if owners[id] == nil {
			owners[id] = map[uint64]bool{}
		}
		owners[id][owner] = true
	}
	wrongly, asked := 0, 0
	for i := range uint64(40_000) {
		id, owner := HashID(fmt.Sprint("id", i)), HashID(fmt.Sprint("owner", i%50))
		l := lesson(3, "GET", "a", "/o/{id}", "jwt")
		l.Owner, l.Asked = owner, []uint64{id}
		n := f.ForeignIDs(f.Of(l), l)
		want := 0
		if len(owners[id]) == 1 && !owners[id][owner] {
			want = 1
		}
		asked++
		if n != want {
			wrongly++
		}
	}
	said := f.ForeignWrong()
	if share := float64(wrongly) / float64(asked); share > 4*said+0.0005 || said > 0.01 {
		t.Errorf("%d of %d wrong, said %v", wrongly, asked, said)
	}
	l := lesson(3, "GET", "a", "/o/{id}", "none")
	l.Asked = []uint64{HashID("id1")}
	if n := f.ForeignIDs(f.Of(l), l); n != 0 {
		t.Error("a caller without a name has foreign ids")
	}
}

// TestSessionsShareWhatTheirUserWasGiven: a new session of the same user asks
// for nothing foreign.
func TestSessionsShareWhatTheirUserWasGiven(t *testing.T) {
	f := New(Limits{Calls: 1, Time: time.Nanosecond})
	for _, s := range []string{"s1", "s2"} {
		l := lesson(1, "POST", "a", "/login", "none")
		l.User, l.Issued = "ann", []string{s}
		f.Learn(l)
	}
	call := func(session string) *Lesson {
		l := lesson(2, "GET", "a", "/o/{id}", "cookie")
		l.Owner, l.Session = HashID(session), session
		return l
	}
	l := call("s1")
	l.Given = []uint64{HashID("order-1")}
	f.Learn(l)
	for session, want := range map[string]int{"s1": 0, "s2": 0, "s3": 1} {
		l := call(session)
		l.Clock, l.Asked = 3, []uint64{HashID("order-1")}
		if n := f.ForeignIDs(f.Of(l), l); n != want {
			t.Errorf("%s: %d foreign ids, want %d", session, n, want)
		}
	}
}

// TestGenerationsForget: however many ids are given, memory stays, the latest
// are known, and what is forgotten is forgotten by all filters: nobody's own id
// becomes another's.
func TestGenerationsForget(t *testing.T) {
	f := New(Limits{Calls: 1, Time: time.Nanosecond})
	f.Learn(lesson(1, "GET", "a", "/o/{id}", "jwt"))
	const n, common = 4 * sketchTakes, 64
	call := func(clock int64, i uint64) *Lesson {
		l := lesson(clock, "GET", "a", "/o/{id}", "jwt")
		l.Owner = HashID(fmt.Sprint("owner", i%7))
		return l
	}
	for i := uint64(0); i < n; i += common {
		l := call(int64(i)+2, i)
		l.Given = append(l.Given, 1, 2, 3) // which everybody is given, so that pairs outnumber ids
		l.Asked = append(l.Asked, 1)       // so that learning ids does not rest
		for k := range uint64(common) {
			l.Given = append(l.Given, HashID(fmt.Sprint(i+k)))
		}
		f.Learn(l)
	}
	foreign, latest := 0, 0
	for i := uint64(0); i < n; i += common {
		l := call(n+2, i)
		l.Asked = []uint64{HashID(fmt.Sprint(i)), 1}
		foreign += f.ForeignIDs(f.Of(l), l)
		if b := f.NewIDs(f.Of(l), l); b > 0 && i > n-sketchTakes {
			t.Fatalf("an id given %d ids ago is new, known for %d", n-i, f.ids.reach(n+2))
		}
		if p := pair(l.Owner, l.Asked[0]); f.ids.byPair.has(setOwn, &p) {
			latest++
		}
	}
	if float64(foreign) > 2+3*f.ForeignWrong()*n/common || f.ForeignWrong() > 1.0/1000 || latest < sketchTakes/common || latest > 2*sketchTakes/common+2 {
		t.Errorf("%d of the own ids are foreign, %d of %d are known", foreign, latest, n/common)
	}
	if got := f.ids.reach(n + 2); got < sketchTakes || got > 2*sketchTakes+2*common {
		t.Errorf("known for %d", got)
	}
}

// TestFieldsAreCountedOnce: through merges, splits and evictions what is held
// is what is counted, and it is never more than may be.
func TestFieldsAreCountedOnce(t *testing.T) {
	costtest.OneGoroutine(t)
	rapid.Check(t, func(t *rapid.T) {
		lim := Limits{Endpoints: rapid.IntRange(1, 40).Draw(t, "endpoints"), Fields: rapid.IntRange(1, 60).Draw(t, "fields")}
		f := New(lim)
		withIDs := rapid.IntRange(0, 9).Draw(t, "ids") == 0 // their sketches are large
		for _, l := range drawLessons(t) {
			for range rapid.IntRange(0, 3).Draw(t, "n") {
				l.Fields = append(l.Fields, FieldSeen{rapid.StringMatching(`[a-d]{1,2}`).Draw(t, "place"), Type(rapid.IntRange(0, typeCount-1).Draw(t, "type"))})
			}
			l.Role = rapid.SampledFrom([]string{"", "r", "s", "t"}).Draw(t, "role")
			l.Owner = rapid.Uint64Range(0, 40).Draw(t, "owner")
			if withIDs {
				l.Asked, l.Given = rapid.SliceOfN(rapid.Uint64Range(1, 50), 0, 3).Draw(t, "asked"), rapid.SliceOfN(rapid.Uint64Range(1, 50), 0, 3).Draw(t, "given")
			}
			l.Returned = rapid.SliceOfN(rapid.StringMatching(`[a-d]{1,2}`), 0, 3).Draw(t, "returned")
			l.Bytes = rapid.Uint64Range(0, 1<<40).Draw(t, "bytes")
			l.Token = TokenSeen{Issuer: rapid.Uint64Range(0, 20).Draw(t, "issuer"), Alg: Alg(rapid.IntRange(0, algCount-1).Draw(t, "alg")), Content: rapid.Uint64Range(0, 3).Draw(t, "content")}
			f.Learn(l)
		}
		held := 0
		for _, e := range f.Endpoints() {
			held += len(e.fields)
			for _, r := range e.Roles() {
				held += len(e.Returned(r))
			}
		}
		if held != f.fields || held > lim.Fields || f.n > lim.Endpoints {
			t.Fatalf("%d fields held, %d counted, at most %d; %d endpoints", held, f.fields, lim.Fields, f.n)
		}
		b, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		g, err := Decode(b, lim)
		if err != nil {
			t.Fatal(err)
		}
		c, err := g.Encode()
		if err != nil || !slices.Equal(b, c) {
			t.Fatalf("%v\n%s\n%s", err, b, c)
		}
	})
}
