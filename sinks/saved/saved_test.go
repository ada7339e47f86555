package saved

import (
	"strings"
	"testing"
	"time"
)

func TestEachQueryIsWhole(t *testing.T) {
	all := All()
	if len(all) < 10 {
		t.Fatalf("%d queries", len(all))
	}
	for _, q := range all {
		values := map[string]string{}
		for _, p := range q.Params {
			values[p] = "10.0.0.1"
		}
		for _, e := range []Engine{DuckDB, ClickHouse} {
			for _, since := range []time.Time{{}, time.Unix(1795334400, 0)} {
				text, err := q.SQL(e, since, values)
				if err != nil || strings.ContainsAny(text, "{}") || !strings.HasPrefix(text, "SELECT") || strings.Contains(text, ";") {
					t.Errorf("%s: %v\n%s", q.Name, err, text)
				}
				if strings.Contains(text, "2026-11-22 08:00:00") != !since.IsZero() {
					t.Errorf("%s does not look at since: %s", q.Name, text)
				}
			}
		}
		if q.Title == "" || strings.HasPrefix(q.Title, "--") {
			t.Errorf("%s: title %q", q.Name, q.Title)
		}
	}
}

func named(t *testing.T, name string) Query {
	t.Helper()
	for _, q := range All() {
		if q.Name == name {
			return q
		}
	}
	t.Fatalf("no %s", name)
	return Query{}
}

func TestAValueStaysAValue(t *testing.T) {
	q := named(t, "user-timeline")
	for value, want := range map[string][2]string{
		"x' OR '1'='1": {"'x'' OR ''1''=''1'", "'x'' OR ''1''=''1'"},
		`x\' OR 1=1 -`: {`'x\'' OR 1=1 -'`, `'x\\'' OR 1=1 -'`},
		"{path}":       {"'{path}'", "'{path}'"},
	} {
		for e, w := range want {
			text, err := q.SQL(Engine(e), time.Time{}, map[string]string{"user": value})
			if err != nil || !strings.Contains(text, "principal_user = "+w+" AND") {
				t.Errorf("%q: %v\n%s", value, err, text)
			}
		}
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	for _, c := range []struct {
		query  string
		values map[string]string
		says   string
	}{
		{"user-timeline", nil, "needs user: --param user=VALUE"},
		{"top-errors", map[string]string{"user": "x"}, "takes nothing"},
		{"client-timeline", map[string]string{"client": "x"}, "is no address"},
	} {
		q := named(t, c.query)
		if _, err := q.SQL(DuckDB, time.Time{}, c.values); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.query, err)
		}
	}
}
