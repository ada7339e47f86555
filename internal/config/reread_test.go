package config

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// TestReread: what makes up the rule set counts at once; of the rest it is told
// what has changed, and nothing of it is taken over.
func TestReread(t *testing.T) {
	was, next := Default(), Default()
	next.Rules.Disable, next.Rules.Timezone = []string{"a-rule"}, "Europe/Berlin"
	next.Semantics = []Semantics{{}}
	next.Clients.ASNDB = "asn.mmdb"
	next.Learned.Calls++
	next.Rules.MaxAlerts++
	next.Store.Retention += Duration(time.Hour)
	now, waiting := was.Reread(next)
	if !slices.Equal(waiting, []string{"learned.calls", "rules.max_alerts", "store.retention"}) {
		t.Errorf("waiting %v", waiting)
	}
	want := Default()
	want.Rules.Disable, want.Rules.Timezone, want.Semantics, want.Clients.ASNDB = next.Rules.Disable, next.Rules.Timezone, next.Semantics, next.Clients.ASNDB
	if !reflect.DeepEqual(now, want) || !reflect.DeepEqual(was, Default()) {
		t.Errorf("%+v", now)
	}
	for _, path := range reloadable() {
		found := false
		for _, k := range keys(reflect.TypeFor[Config](), "") {
			found = found || k.path == path
		}
		if !found {
			t.Errorf("there is no key %s", path)
		}
	}
}
