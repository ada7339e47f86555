package learned

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"spaniel/internal/costtest"
)

// play lets facts learn from lessons that leave out what their maker was told,
// through a name of its own, not to bring; late is after how many lessons each
// is learned from.
func play(f *Facts, list []*Lesson, late int) {
	names := map[string]*Name{}
	var waiting []*Lesson
	for _, l := range list {
		key := fmt.Sprint(l.Name.Method, " ", l.Name.Host, l.Name.Route)
		if names[key] == nil {
			names[key] = &Name{Method: l.Name.Method, Host: l.Name.Host, Route: l.Name.Route}
		}
		brought := *l
		brought.Name = names[key]
		if brought.Name.SkipIDs(l.Clock) {
			brought.Given = nil
		}
		if brought.Name.SkipNames(l.Role, l.Clock) {
			brought.Returned = nil
		}
		if waiting = append(waiting, &brought); len(waiting) > late {
			for _, w := range waiting {
				f.Learn(w)
			}
			waiting = waiting[:0]
		}
	}
	for _, w := range waiting {
		f.Learn(w)
	}
}

// restful are lessons of a few endpoints, so many that learning rests, wakes,
// meets other roles, and loses and merges endpoints.
func restful(t *rapid.T) (list []*Lesson, lim Limits) {
	clock := int64(0)
	lim = Limits{Endpoints: rapid.IntRange(2, 40).Draw(t, "endpoints"), Calls: 5}
	seed := rapid.Uint64().Draw(t, "seed")
	random := func(n uint64) uint64 { seed = mix(seed + 0x9e3779b97f4a7c15); return seed % n }
	roles := 1 + random(3)
	gap := rapid.SampledFrom([]int64{1e6, 20e6, 500e6}).Draw(t, "gap")
	for i := range rapid.IntRange(1, 24).Draw(t, "hundreds") * 250 {
		clock += int64(random(uint64(gap)))
		route := fmt.Sprintf("/r%d", random(2))
		switch random(40) {
		case 0:
			route = fmt.Sprintf("/many/s%d", random(60))
		case 1:
			route = fmt.Sprintf("/flood%d", i)
		}
		l := lesson(clock, "GET", fmt.Sprint("h", random(2)), route, "jwt")
		l.Role, l.Owner = "user", 1+random(5)
		if random(300) == 0 {
			l.Role = fmt.Sprint("role", random(roles))
		}
		l.Returned = []string{"id", "name"}
		if random(500) == 0 {
			l.Returned = []string{"id", "name", fmt.Sprint("rare", random(3))}
		}
		for range 8 {
			l.Given = append(l.Given, mix(seed+uint64(len(l.Given))))
		}
		l.Asked = []uint64{random(1 << 40)}
		list = append(list, l)
	}
	return list, lim
}

// TestWhoIsToldNeedNotBring: whether what is not asked for is brought or not,
// and however late what was brought is learned, the same is learned and said.
func TestWhoIsToldNeedNotBring(t *testing.T) {
	costtest.OneGoroutine(t)
	rapid.Check(t, func(t *rapid.T) {
		list, lim := restful(t)
		var want []byte
		for _, late := range []int{1 << 30, 0, 7, rapid.IntRange(1, 3000).Draw(t, "late")} {
			f := New(lim)
			f.idsLooked = 1000
			play(f, list, late)
			got, err := f.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Fatalf("learned %d lessons late it is another:\n%.3000s\n%.3000s", late, got, want)
			}
		}
	})
}

// TestNamesRest: an endpoint whose answers taught nothing new is looked into
// again after a while, and as soon as another role calls.
func TestNamesRest(t *testing.T) {
	f := New(Limits{Calls: 10, Time: 1})
	name := &Name{Method: "GET", Host: "a", Route: "/me"}
	clock := int64(0)
	call := func(role string, names ...string) (brought bool) {
		clock += second / 10
		l := &Lesson{Clock: clock, Name: name, Status: 200, Role: role, Returned: names}
		if brought = !name.SkipNames(role, clock); !brought {
			l.Returned = nil
		}
		f.Learn(l)
		return brought
	}
	brought := 0
	for range namesLooked * (1 + restsFor) {
		if call("user", "id") {
			brought++
		}
	}
	if brought != 1+namesLooked {
		t.Fatalf("%d of %d answers were looked into", brought, namesLooked*(1+restsFor))
	}
	for range horizon / second * 10 { // it ends some time after it was said
		call("user", "id")
	}
	for range 20 {
		if !call("user", "id", "late") {
			t.Fatal("it still rests")
		}
	}
	if got := fmt.Sprint(f.Of(&Lesson{Name: name}).Returned("user")); got != fmt.Sprintf("[{id %d} {late 20}]", namesLooked+21) {
		t.Error(got)
	}
	for range 2 * namesLooked {
		call("user", "id")
	}
	if !name.SkipNames("user", clock+1) || name.SkipNames("admin", clock+1) {
		t.Fatal("it does not rest again, or for a role that never called")
	}
	call("admin", "id", "salary")
	clock += horizon
	for range 2000 {
		if !call("admin", "id", "salary") || !call("user", "id") {
			t.Fatal("it rests though two roles call")
		}
	}
	l := &Lesson{Clock: clock, Name: name, Role: "user", Returned: []string{"salary"}}
	if got := fmt.Sprint(f.OthersReturned(f.Of(l), l)); got != "[{salary 0 2000 admin}]" {
		t.Error(got)
	}
}

// TestEachAnswerIsLookedInto: where a rule asks what is new in an answer
// nothing rests.
func TestEachAnswerIsLookedInto(t *testing.T) {
	f := New(Limits{Calls: 10, Time: 1})
	f.EachAnswer = true
	name := &Name{Method: "GET", Host: "a", Route: "/me"}
	for i := range int64(4 * namesLooked) {
		f.Learn(&Lesson{Clock: i, Name: name, Status: 200, Role: "user", Returned: []string{"id"}})
		if name.SkipNames("user", i) {
			t.Fatalf("after %d answers it rests", i)
		}
	}
}

// TestIDsRest: ids are learned where callers ask for what they were given, and
// rest where they do not.
func TestIDsRest(t *testing.T) {
	for _, own := range []bool{true, false} {
		f := New(Limits{Calls: 10, Time: 1})
		name := &Name{Method: "GET", Host: "a", Route: "/o/{id}"}
		rested := 0
		const calls = 3 * sketchTakes / 40
		for i := range uint64(calls) {
			l := &Lesson{Clock: int64(i) * second / 100, Name: name, Status: 200, Owner: 1 + i%50}
			for k := range uint64(40) {
				l.Given = append(l.Given, mix(i*40+k))
			}
			if l.Asked = []uint64{mix(i * 7919)}; own && i >= 50 && i%8 == 0 {
				l.Asked = []uint64{mix((i - 50) * 40)} // given to this one the last time
			}
			if name.SkipIDs(l.Clock) {
				rested++
				l.Given = nil
			}
			f.Learn(l)
		}
		if own && rested > 0 || !own && rested < calls/2 {
			t.Errorf("own ids %v: of %d calls %d rested", own, calls, rested)
		}
		l := &Lesson{Clock: calls * second / 100, Name: name, Owner: 1, Asked: []uint64{1}}
		if n := f.NewIDs(f.Of(l), l); (n > 0) != own {
			t.Errorf("own ids %v: %d new ids", own, n)
		}
	}
}

// TestToldOfWhatIsGone: what was said of an endpoint and of its host holds for
// those that come in their place.
func TestToldOfWhatIsGone(t *testing.T) {
	f := New(Limits{Calls: 5, Time: 1, Endpoints: 1})
	f.idsLooked = 100
	name := &Name{Method: "GET", Host: "a", Route: "/me"}
	clock := int64(0)
	call := func(name *Name) {
		clock += second / 100
		f.Learn(&Lesson{Clock: clock, Name: name, Status: 200, Role: "user", Owner: 5, Returned: []string{"id"}, Given: []uint64{mix(uint64(clock))}})
	}
	for range 1 + namesLooked {
		call(name)
	}
	before := f.Of(&Lesson{Name: name})
	for i := range 100 {
		call(&Name{Method: "GET", Host: "b", Route: fmt.Sprint("/flood", i)})
	}
	if !before.gone || f.hosts["a"] != nil || !name.SkipNames("user", clock) || !name.SkipIDs(clock) {
		t.Fatal("it is still there, or nobody was told")
	}
	call(name)
	e := f.Of(&Lesson{Name: name})
	if e == nil || len(e.Roles()) != 0 || !e.names.resting(clock) || !e.node.top().ids.resting(clock) {
		t.Fatal("something was learned that nobody need bring")
	}
	clock += horizon
	call(name)
	if len(e.Roles()) != 1 || e.names.resting(clock) || e.node.top().ids.resting(clock) {
		t.Error("it rests for longer than was said")
	}
}

// TestToldOfWhatBecameOne: what was said of either of two endpoints holds for
// the one that they became.
func TestToldOfWhatBecameOne(t *testing.T) {
	for _, first := range []bool{true, false} {
		f := New(Limits{})
		awake, resting := &Endpoint{}, &Endpoint{}
		resting.names.n = namesLooked
		resting.names.begin()
		until := resting.names.tell(7)
		into := awake
		if first {
			into = resting
			into.add(f, awake)
		} else {
			into.add(f, resting)
		}
		if into.names.resting(until) || !into.names.resting(until-1) || into.names.on(until) {
			t.Errorf("%+v", into.names)
		}
	}
}
