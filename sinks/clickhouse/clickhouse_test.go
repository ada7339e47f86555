package clickhouse

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/sinks"
	"spaniel/sinks/sinktest"
)

var update = flag.Bool("update", false, "write what DDL returns to testdata")

func TestDDLIsAsReviewed(t *testing.T) {
	for name, schema := range map[string]Schema{"schema.sql": {Days: 30}, "schema-cluster.sql": {Days: 30, Cluster: "lake"}} {
		got := strings.Join(DDL(schema), ";\n\n") + ";\n"
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the statements differ from %s; if they should, run with -update and review:\n%s", path, got)
		}
	}
}

func TestMigrationsAreNumberedAndNoted(t *testing.T) {
	for i, m := range Migrations(Schema{Database: "x"}) {
		last := m.Statements[len(m.Statements)-1]
		if m.Number != i+1 || !strings.HasPrefix(last, fmt.Sprintf("INSERT INTO `x`.migrations (number, name) SELECT %d, ", m.Number)) {
			t.Errorf("migration %d is number %d and ends with %s", i+1, m.Number, last)
		}
	}
}

// On a cluster every statement runs everywhere, and no table is both.
func TestOnAClusterEachTableHasTwoNames(t *testing.T) {
	whole, local := 0, 0
	for _, s := range DDL(Schema{Cluster: "it's"}) {
		if strings.HasPrefix(s, "CREATE") && !strings.Contains(s, "ON CLUSTER `it's`") {
			t.Errorf("not on the cluster: %s", s)
		}
		whole += strings.Count(s, `ENGINE = Distributed('it\'s', `)
		local += strings.Count(s, "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/")
	}
	if whole != 7 || local != 7 {
		t.Errorf("%d tables over the shards, %d in them", whole, local)
	}
}

func TestOurOwnTablesTakeEveryColumn(t *testing.T) {
	all := func(cols []found) { // converter, over the types that DDL gives
		for _, c := range cols {
			if c.kind == "" {
				t.Errorf("column %s has no converter", c.name)
			}
		}
	}
	all(typed(event.CallColumns()))
	all(typed(event.AlertColumns()))
	all(typed(event.FlowColumns()))
	all(typed(event.NoteColumns()))
}

func typed[T any](cols []event.Column[T]) (out []found) {
	for _, c := range cols {
		kind, _, _ := strings.Cut(columnType(c.Name, c.Type), " CODEC")
		if conv := converter(c.Type, kind); conv == nil || conv(c.Field(new(T))) == nil {
			kind = ""
		}
		out = append(out, found{name: c.Name, kind: kind})
	}
	return out
}

func TestConversions(t *testing.T) {
	id, addr, u32, u64, f32 := event.ID{0xab}, netip.MustParseAddr("10.0.0.1"), uint32(70000), uint64(1<<63), float32(0.5)
	at, old, str, none := event.Nanos(1795334400123456000), event.Nanos(-5), "day", netip.Addr{}
	day, list := "2026-11-22", []string{"gap"}
	heads := event.HeaderMap{{Name: "A", Value: "1"}, {Name: "a", Value: "2"}}
	vals := event.ValueMap{{Name: "q", Value: "1"}, {Name: "q", Value: "2"}}
	for _, c := range []struct {
		from  event.ColumnType
		to    string
		field any
		want  any
	}{
		{event.TypeID, "FixedString(16)", &id, string(id[:])},
		{event.TypeID, "FixedString(32)", &id, id.String()},
		{event.TypeID, "String", &id, id.String()},
		{event.TypeEnum, "LowCardinality(FixedString(4))", &str, "day\x00"},
		{event.TypeIP, "IPv6", &addr, netip.MustParseAddr("::ffff:10.0.0.1")},
		{event.TypeIP, "IPv4", &addr, addr},
		{event.TypeIP, "FixedString(16)", &addr, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x0a\x00\x00\x01"},
		{event.TypeIP, "FixedString(16)", &none, strings.Repeat("\x00", 16)},
		{event.TypeIP, "Nullable(IPv4)", &none, nil},
		{event.TypeIP, "String", &none, ""},
		{event.TypeU32, "UInt16", &u32, uint16(math.MaxUint16)},
		{event.TypeU64, "Int64", &u64, int64(math.MaxInt64)},
		{event.TypeU64, "Float64", &u64, float64(1 << 63)},
		{event.TypeU32, "String", &u32, "70000"},
		{event.TypeF32, "Float64", &f32, 0.5},
		{event.TypeTime, "DateTime64(6, 'UTC')", &at, at.Time()},
		{event.TypeTime, "DateTime", &old, time.Unix(0, 0).UTC()},
		{event.TypeTime, "Date", &at, at.Time()},
		{event.TypeDate, "Date", &day, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)},
		{event.TypeStrings, "Array(LowCardinality(String))", &list, list},
		{event.TypeStrings, "String", &list, `["gap"]`},
		{event.TypeHeaders, "Map(LowCardinality(String), Array(String))", &heads, map[string][]string{"a": {"1", "2"}}},
		{event.TypeHeaders, "String", &heads, `{"a":["1","2"]}`},
		{event.TypeValues, "Map(String, String)", &vals, map[string]string{"q": "1"}},
	} {
		conv := converter(c.from, c.to)
		if conv == nil {
			t.Errorf("%s: no converter", c.to)
			continue
		}
		if got := conv(c.field); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %#v, want %#v", c.to, got, c.want)
		}
	}
	for _, to := range []string{"UUID", "Enum8('a' = 1)", "Array(UInt8)", "UInt8", "DateTime", "FixedString(x)", "Map(String, UInt8)"} {
		if converter(event.TypeString, to) != nil {
			t.Errorf("a string was converted to %s", to)
		}
	}
}

func TestPlanTakesWhatTheTableHas(t *testing.T) {
	p, err := makePlan(event.KindCall, "calls", []found{{"req_host", "String", ""}, {"theirs", "String", ""}, {"resp_status", "UInt16", ""},
		{"ts", "DateTime", "MATERIALIZED"}, {"flow_id", "UUID", ""}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "INSERT INTO `calls` (`req_host`, `resp_status`) values"; p.insert != want {
		t.Errorf("got %s, want %s", p.insert, want)
	}
	to := &columns{}
	if err := p.fill(to, oneCall(&event.Record{Host: "h", Status: 200}), []uint64{1}); err != nil || !reflect.DeepEqual(to.rows(), [][]any{{"h", uint16(200)}}) {
		t.Errorf("rows %v, %v", to.rows(), err)
	}
	if _, err := makePlan(event.KindCall, "t", []found{{"theirs", "String", ""}}); err == nil {
		t.Error("a table without any of our columns was taken")
	}
}

func TestConfigErrors(t *testing.T) {
	for want, cfg := range map[string]Config{
		"url is missing": {},
		"begins with":    {URL: "postgres://h/db"},
		"keep one":       {URL: "clickhouse://u:p@h/db", PasswordFile: "f"},
		"table name":     {URL: "clickhouse://h/db", Calls: "a`b"},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", cfg, err, want)
		}
	}
	bad := Config{URL: "clickhouse://u:s3cret@h:x/db"}
	if err := bad.Validate(); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func TestNoServerIsTransientAndNewDoesNotDial(t *testing.T) {
	w, err := New(Config{URL: "clickhouse://127.0.0.1:1/db"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b, _ := sinktest.Alerts(1, 1)
	var r *sinks.Rejected
	if err := w.Write(context.Background(), b); err == nil || reflect.TypeOf(err) == reflect.TypeOf(r) {
		t.Errorf("got %v", err)
	}
}

// A server that cannot be reached over HTTP is named; the statement is not shown.
func TestAFailureOverHTTPIsBrief(t *testing.T) {
	w, err := New(Config{URL: "http://user@127.0.0.1:1/db"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b, _ := sinktest.Alerts(1, 1)
	err = w.Write(t.Context(), b)
	if err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:1: ") || strings.Contains(err.Error(), "?") {
		t.Errorf("got %v", err)
	}
}
