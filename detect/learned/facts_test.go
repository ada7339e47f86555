package learned

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const second = int64(time.Second)

func lesson(clock int64, method, host, route, auth string) *Lesson {
	return &Lesson{Clock: clock, Name: &Name{Method: method, Host: host, Route: route}, Auth: AuthOf(auth), Status: 200}
}

// shown is what is known, as text.
func shown(f *Facts) string {
	var b strings.Builder
	for _, e := range f.Endpoints() {
		fmt.Fprintf(&b, "%s %s%s %d %v %d-%d\n", e.Method(), e.Host(), e.Route(), e.Calls, e.Auth, e.First, e.Last)
	}
	return b.String()
}

func TestNothingIsSaidTooEarly(t *testing.T) {
	f := New(Limits{Calls: 10, Time: time.Minute})
	at := func(clock int64) *Lesson { return lesson(clock, "GET", "a", "/x", "jwt") }
	for i := range int64(10) {
		if f.Enough(f.Of(at(i*second)), i*second) {
			t.Fatalf("%d calls are enough", i)
		}
		f.Learn(at(i * second))
	}
	e := f.Of(at(0))
	if f.Enough(e, 59*second) || !f.Enough(e, 60*second) || e.Authenticated() != 1 {
		t.Errorf("enough after 59 s %v, after 60 s %v, share %v", f.Enough(e, 59*second), f.Enough(e, 60*second), e.Authenticated())
	}
}

func TestOnlyWhatWorkedTeaches(t *testing.T) {
	f := New(Limits{})
	for _, status := range []int{0, 101, 400, 401, 404, 500} {
		l := lesson(1, "GET", "a", "/x", "none")
		l.Status = status
		f.Learn(l)
	}
	l := lesson(1, "GET", "a", "/x", "none")
	l.Spoiled = true
	f.Learn(l)
	if n := f.Counts().Endpoints; n != 0 || len(f.hosts) != 0 {
		t.Errorf("%d endpoints of %d hosts", n, len(f.hosts))
	}
}

func TestRoutesMergeAndSplit(t *testing.T) {
	f := New(Limits{})
	places := []string{"/", "/login", "/cart", "/orders/{id}"}
	for range 60 {
		for _, p := range places {
			f.Learn(lesson(1, "GET", "shop", p, "none"))
		}
	}
	for i := range 400 {
		f.Learn(lesson(2, "GET", "shop", fmt.Sprintf("/products/slug-%c%c/reviews", 'a'+i%26, 'a'+i/26), "none"))
	}
	var routes []string
	var why string
	for _, e := range f.Endpoints() {
		routes = append(routes, e.Route())
		if e.Route() == "/products/{value}/reviews" {
			why = e.Why()
		}
	}
	if !slices.Contains(routes, "/products/{value}/reviews") || len(routes) != len(places)+1 {
		t.Fatalf("routes %v", routes)
	}
	if !strings.Contains(why, "values in") || !strings.Contains(why, "slug-aa") {
		t.Errorf("why: %q", why)
	}
	for range 200 {
		f.Learn(lesson(3, "GET", "shop", "/products/search/reviews", "none"))
	}
	e := f.Of(lesson(4, "GET", "shop", "/products/search/reviews", "none"))
	if e == nil || e.Route() != "/products/search/reviews" || !strings.Contains(e.Why(), "stands apart") {
		t.Fatalf("search does not stand apart: %s", shown(f))
	}
	if e = f.Of(lesson(4, "GET", "shop", "/products/never-seen/reviews", "none")); e == nil || e.Route() != "/products/{value}/reviews" {
		t.Error("a new value is not one of {value}")
	}
}

// TestManyPlacesStayApart: an API of many endpoints is none with one of many
// values.
func TestManyPlacesStayApart(t *testing.T) {
	f := New(Limits{})
	for i := range 1000 {
		f.Learn(lesson(1, "GET", "api", fmt.Sprintf("/v1/place%c", 'A'+i%40), "jwt"))
	}
	if n := f.Counts().Endpoints; n != 40 {
		t.Errorf("%d endpoints, want 40:\n%s", n, shown(f))
	}
}

// TestFloodPushesOutTheFlood: endpoints of which enough is known outlive any
// number of new ones, however these are named.
func TestFloodPushesOutTheFlood(t *testing.T) {
	f := New(Limits{Endpoints: 100, Calls: 10, Time: time.Second})
	for i := range int64(20) {
		f.Learn(lesson(i*second, "GET", "slow", "/x", "jwt"))
	}
	for i := range 100_000 {
		f.Learn(lesson(30*second, "GET", fmt.Sprint("h", i), "/x", "none"))
	}
	if f.Of(lesson(0, "GET", "slow", "/x", "")) == nil {
		t.Error("the endpoint from before the flood is gone")
	}
	c := f.Counts()
	if c.Endpoints != 100 || c.Evicted != 100_001-100 || len(f.hosts) != 100 || len(f.fresh) > 400 {
		t.Errorf("%+v, %d hosts, %d fresh", c, len(f.hosts), len(f.fresh))
	}
}

// TestSettledGoInTurn: where all are known, those that are no longer called go.
func TestSettledGoInTurn(t *testing.T) {
	f := New(Limits{Endpoints: 10, Calls: 2, Time: time.Nanosecond})
	learn := func(name string, clock int64) { f.Learn(lesson(clock, "GET", "a", "/"+name, "none")) }
	for round := range int64(50) {
		learn("busy", round*2)
		learn("busy", round*2+1)
		for i := range 3 {
			learn(fmt.Sprintf("p%d-%d", round, i), round*2)
			learn(fmt.Sprintf("p%d-%d", round, i), round*2+1)
		}
	}
	if f.n > 10 || f.Of(lesson(0, "GET", "a", "/busy", "")) == nil {
		t.Errorf("%d endpoints, busy gone:\n%s", f.n, shown(f))
	}
}

func TestSessions(t *testing.T) {
	f := New(Limits{Sessions: 2})
	for i, s := range []string{"s1", "s2", "s1", "s3"} {
		l := lesson(1, "POST", "a", "/login", "none")
		l.User, l.Issued = fmt.Sprint("u", i), []string{s}
		f.Learn(l)
	}
	if f.UserOf("s1") != "" || f.UserOf("s2") != "u1" || f.UserOf("s3") != "u3" || f.Counts().SessionsEvicted != 1 {
		t.Errorf("%v, %+v", f.sessions.user, f.Counts())
	}
}

// drawLessons are lessons of a small world, in the order of clocks.
func drawLessons(t *rapid.T) (list []*Lesson) {
	clock := int64(0)
	for range rapid.IntRange(0, 300).Draw(t, "calls") {
		clock += rapid.Int64Range(0, 100).Draw(t, "gap")
		route := rapid.SampledFrom([]string{"/", "/a", "/a/", "//b", "/{id}", "/{id}/x"}).Draw(t, "route")
		if rapid.Bool().Draw(t, "slug") {
			route += "/s" + rapid.StringMatching(`[a-z]{1,2}`).Draw(t, "word")
		}
		l := lesson(clock, rapid.SampledFrom([]string{"GET", "POST"}).Draw(t, "method"), rapid.SampledFrom([]string{"", "h1", "h2"}).Draw(t, "host"), route, rapid.SampledFrom([]string{"none", "jwt"}).Draw(t, "auth"))
		if rapid.IntRange(0, 9).Draw(t, "login") == 0 {
			l.User, l.Issued = "u", []string{rapid.StringMatching(`[a-c]`).Draw(t, "session")}
		}
		list = append(list, l)
	}
	return list
}

// TestCountsAreWhole: whatever merges and splits, no call is lost or counted
// twice while nothing had to go.
func TestCountsAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(Limits{})
		list := drawLessons(t)
		for _, l := range list {
			f.Learn(l)
		}
		sum := 0
		for _, e := range f.Endpoints() {
			sum += int(e.Calls)
			if e.gone || e.node.ends[e.method] != e {
				t.Fatalf("%s is not where it says", e.Route())
			}
		}
		if sum != len(list) || f.n != len(f.Endpoints()) {
			t.Fatalf("%d calls of %d, %d endpoints of %d", sum, len(list), len(f.Endpoints()), f.n)
		}
		for _, l := range list {
			if e := f.Of(l); e == nil || e.Method() != l.Name.Method || e.Host() != l.Name.Host {
				t.Fatalf("%v is not found again", l.Name.Route)
			}
		}
	})
}

// TestSavedIsTheSame: facts that were saved and restored say and learn the
// same as those that went on.
func TestSavedIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawLessons(t)
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		whole, half := New(Limits{}), New(Limits{})
		for i, l := range list {
			if i == cut {
				b, err := half.Encode()
				if err != nil {
					t.Fatal(err)
				}
				if half, err = Decode(b, Limits{}); err != nil {
					t.Fatal(err)
				}
			}
			whole.Learn(l)
			half.Learn(l)
		}
		a, err := whole.Encode()
		if err != nil {
			t.Fatal(err)
		}
		b, err := half.Encode()
		if err != nil || string(a) != string(b) {
			t.Fatalf("%v\n%s\n%s", err, a, b)
		}
	})
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "learned")
	f, err := Load(path, Limits{})
	if err != nil || f.Counts().Endpoints != 0 {
		t.Fatalf("a file that is not there: %v", err)
	}
	f.Learn(lesson(1, "GET", "a", "/x", "jwt"))
	b, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err = Write(path, b); err != nil {
		t.Fatal(err)
	}
	if f, err = Load(path, Limits{}); err != nil || f.Counts().Endpoints != 1 {
		t.Fatalf("%v", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	// Cut anywhere, or changed anywhere, it is refused.
	for i := range b {
		if _, err := Decode(b[:i], Limits{}); i < len(b)-1 && !errors.Is(err, ErrTorn) {
			t.Fatalf("cut at %d: %v", i, err)
		}
		c := slices.Clone(b)
		c[i] ^= 1
		if _, err := Decode(c, Limits{}); i < len(b)-1 && !errors.Is(err, ErrTorn) {
			t.Fatalf("changed at %d: %v", i, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"hosts":[{"seg":"a","kids":[{"seg":"x","ends":[{"method":"GET","calls":1,"first":1,"last":1,"auth":{"jwt":1}}]}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed := seal(body)
		facts, err := Decode(sealed, Limits{Endpoints: 8})
		if err != nil {
			if !errors.Is(err, ErrTorn) {
				t.Fatal(err)
			}
			return
		}
		facts.Learn(lesson(1, "GET", "a", "/x/y", "none"))
		if n := facts.Counts().Endpoints; n > 8 {
			t.Fatalf("%d endpoints", n)
		}
	})
}

// BenchmarkLearn is what each call costs the ordered stage.
func BenchmarkLearn(b *testing.B) {
	f := New(Limits{})
	var list []*Lesson
	for i := range 64 {
		list = append(list, lesson(int64(i), "GET", "shop.example", fmt.Sprintf("/api/v1/place%c/{id}", 'A'+i%32), "jwt"))
	}
	b.ReportAllocs()
	for i := range b.N {
		f.Learn(list[i%64])
	}
}

func BenchmarkOf(b *testing.B) {
	f := New(Limits{})
	l := lesson(1, "GET", "shop.example", "/api/v1/places/{id}", "jwt")
	f.Learn(l)
	b.ReportAllocs()
	for range b.N {
		if f.Of(l) == nil {
			b.Fatal("not found")
		}
	}
}
