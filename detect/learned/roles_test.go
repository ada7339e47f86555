package learned

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func called(clock int64, path, role string, owner uint64) *Lesson {
	l := lesson(clock, "GET", "a", path, "jwt")
	l.Role, l.Owner = role, owner
	return l
}

// TestRoleShare: what a role never used is told once enough is known of both.
func TestRoleShare(t *testing.T) {
	f := New(Limits{Calls: 10, Time: 10 * time.Second})
	share := func(clock int64, role string) string {
		l := called(clock, "/admin", role, 1)
		s, calls, since, ok := f.RoleShare(f.Of(l), l)
		return fmt.Sprint(s, calls, since/second, ok)
	}
	for i := range int64(20) {
		f.Learn(called(i*second, "/admin", "admin", 7))
	}
	if got := share(20*second, "user"); got != "0 0 0 false" {
		t.Errorf("nothing is known of the role: %s", got)
	}
	for i := range int64(9) {
		f.Learn(called((20+i)*second, "/orders", "user", 8))
	}
	if got := share(60*second, "user"); got != "0 9 20 false" {
		t.Errorf("nine calls of the role: %s", got)
	}
	f.Learn(called(29*second, "/orders", "user", 8))
	for clock, want := range map[int64]string{29: "0 10 20 false", 30: "0 10 20 true"} {
		if got := share(clock*second, "user"); got != want {
			t.Errorf("at %d s: %s, want %s", clock, got, want)
		}
	}
	if got := share(60*second, "admin"); got != "1 20 0 true" {
		t.Errorf("admin: %s", got)
	}
}

// TestManyRoles: an endpoint that more roles use than are told apart says
// nothing of those that are not, and a host keeps the roles it knows.
func TestManyRoles(t *testing.T) {
	f := New(Limits{Calls: 2, Time: time.Nanosecond})
	for i := range int64(40) {
		for range 3 {
			f.Learn(called(i*second, "/x", fmt.Sprintf("r%02d", i), 0))
		}
	}
	for role, want := range map[string]bool{"r00": true, "r15": true, "r16": false, "r39": false} {
		l := called(100*second, "/x", role, 0)
		if _, _, _, ok := f.RoleShare(f.Of(l), l); ok != want {
			t.Errorf("%s: known %v", role, ok)
		}
	}
	for i := range int64(10_000) {
		f.Learn(called(i*second, "/x", fmt.Sprint("made-up", i), 0))
	}
	top := f.hosts["a"]
	if len(top.roles) != maxHostRoles || top.roles["r39"] == nil || len(f.Endpoints()[0].uses.byRole) != maxRoleUses {
		t.Errorf("%d roles", len(top.roles))
	}
}

// TestCallers: a caller is new where all are known who ever used the endpoint.
func TestCallers(t *testing.T) {
	f := New(Limits{Calls: 10, Time: time.Second})
	fresh := func(owner uint64) bool {
		l := called(100*second, "/admin", "", owner)
		return f.NewCaller(f.Of(l), l)
	}
	for i := range int64(10) {
		f.Learn(called(i*second, "/admin", "", 1+uint64(i%2)))
	}
	if !fresh(3) || fresh(1) || fresh(0) {
		t.Error("3 is not new, or 1 is, or who has no name is")
	}
	for owner := range uint64(30) {
		f.Learn(called(20*second, "/admin", "", owner))
	}
	if n, more := f.Of(called(0, "/admin", "", 1)).Callers(); n != maxCallers || !more || fresh(99) {
		t.Errorf("%d callers, more %v, new %v", n, more, fresh(99))
	}
}

// TestNewIDs compares with an exact model of what each caller was given and used.
func TestNewIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(Limits{Calls: 1, Time: time.Nanosecond})
		f.Learn(called(1, "/o", "", 1))
		known := map[[2]uint64]bool{}
		given := map[uint64]bool{}
		for i := range rapid.IntRange(1, 60).Draw(t, "calls") {
			l := called(int64(i+2), "/o", "", rapid.Uint64Range(0, 5).Draw(t, "owner"))
			l.Asked = rapid.SliceOfNDistinct(rapid.Uint64Range(1, 12), 0, 3, rapid.ID).Draw(t, "asked")
			l.Given = rapid.SliceOfNDistinct(rapid.Uint64Range(1, 12), 0, 3, rapid.ID).Draw(t, "given")
			want := 0
			for _, id := range l.Asked {
				if l.Owner != 0 && given[l.Owner] && !known[[2]uint64{l.Owner, id}] {
					want++
				}
			}
			if n := f.NewIDs(f.Of(l), l); n != want {
				t.Fatalf("call %d: %d new ids, want %d", i, n, want)
			}
			f.Learn(l)
			for _, id := range append(l.Asked, l.Given...) {
				known[[2]uint64{l.Owner, id}] = true
			}
			given[l.Owner] = given[l.Owner] || len(l.Given) > 0
		}
	})
}

// TestUsualIDs: the share follows what is asked for of late.
func TestUsualIDs(t *testing.T) {
	f := New(Limits{Calls: 10, Time: time.Second})
	ask := func(i int64, id uint64) *Lesson {
		l := called(i*second, "/o", "", 1)
		l.Asked = []uint64{id}
		return l
	}
	l := called(0, "/o", "", 1)
	l.Given = []uint64{5, 6}
	f.Learn(l)
	for i := range int64(12) {
		if _, ok := f.UsualIDs(f.Of(l), i*second); ok != (i >= 10) {
			t.Errorf("known %v after %d ids", ok, i)
		}
		f.Learn(ask(i, 5+uint64(i%2)))
	}
	if s, ok := f.UsualIDs(f.Of(l), 12*second); !ok || s != 1 {
		t.Errorf("share %v, %v", s, ok)
	}
	for i := range int64(2 * idsKept) {
		f.Learn(ask(i, 1000+uint64(i)))
	}
	if s, ok := f.UsualIDs(f.Of(l), 9999*second); !ok || s > 0.01 {
		t.Errorf("share %v, %v", s, ok)
	}
}

// TestReadOnlyFields: what answers hold of a thing and no call ever wrote.
func TestReadOnlyFields(t *testing.T) {
	f := New(Limits{Calls: 10, Time: time.Second})
	write := func(clock int64, method, path string, places ...string) *Lesson {
		l := lesson(clock, method, "a", path, "jwt")
		for _, p := range places {
			l.Fields = append(l.Fields, FieldSeen{p, typeWord})
		}
		return l
	}
	for i := range int64(12) {
		f.Learn(write(i*second, "PATCH", "/users/{id}", "body.name"))
		f.Learn(write(i*second, "POST", "/users", "body.name"))
		f.Learn(write(i*second, "POST", "/orders", "body.name"))
		l := write(i*second, "GET", "/users/{id}")
		l.Role, l.Returned = "user", []string{"data.name", "data.role"}
		f.Learn(l)
	}
	for _, tc := range []struct {
		l    *Lesson
		want string
	}{
		{write(20*second, "PATCH", "/users/{id}", "body.name", "body.user.role"), "[{body.user.role 12 12 }]"},
		{write(20*second, "POST", "/users", "body.role"), "[{body.role 12 12 }]"},
		{write(20*second, "POST", "/users", "query.role"), "[]"},
		{write(20*second, "POST", "/users", "body.nickname"), "[]"},
		{write(20*second, "POST", "/orders", "body.role"), "[]"},
	} {
		if got := fmt.Sprint(f.ReadOnlyFields(f.Of(tc.l), tc.l)); got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.l.Fields, got, tc.want)
		}
	}
}
