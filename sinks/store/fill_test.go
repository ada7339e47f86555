package store

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// What is written in the engine's own layout is what SQL reads, for texts around
// the length from which they lie elsewhere, for text that is none, for empty and
// full lists and maps, and across the engine's chunks of rows.
func TestColumnsReadAsTheyWereWritten(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Retention = 0 // days of any age
	s := open(t, filepath.Join(t.TempDir(), "calls.duckdb"), cfg)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringN(0, 20, 40), rapid.SampledFrom([]string{"", "123456789012", "1234567890123", "é\xff\x00", "A", "a", "Ä", strings.Repeat("long ", 500)}))
		var items []event.Item
		var recs []event.Record
		for range rapid.SampledFrom([]int{1, 3, 50, 2047, 2048, 2049, 5000}).Draw(t, "rows") {
			n++
			recs = append(recs, event.Record{Time: event.Nanos(int64(n) * 1_000_000), SensorName: fmt.Sprint(n)})
		}
		for range 5 { // few are drawn whole, or it would take minutes
			r := &recs[rapid.IntRange(0, len(recs)-1).Draw(t, "row")]
			r.Host, r.Target, r.SpooledDay = text.Draw(t, "host"), text.Draw(t, "target"), rapid.SampledFrom([]string{"", "2026-11-27", "1969-12-31"}).Draw(t, "day")
			r.FlowID, r.Duration, r.Status, r.SampleRate = rapid.Uint64().Draw(t, "u64"), rapid.Uint32().Draw(t, "u32"), rapid.Uint16().Draw(t, "u16"), float32(rapid.IntRange(0, 100).Draw(t, "f32"))/4
			r.ClientIP, _ = netip.AddrFromSlice(rapid.SampledFrom([][]byte{nil, {10, 0, 0, 1}, make([]byte, 16)}).Draw(t, "ip"))
			r.Flags = rapid.SliceOfN(text, 0, 4).Draw(t, "flags")
			r.ReqHeaders = nil
			r.Leaves = nil
			for range rapid.IntRange(0, 6).Draw(t, "pairs") {
				r.ReqHeaders = append(r.ReqHeaders, event.Header{Name: text.Draw(t, "name"), Value: text.Draw(t, "value")})
				r.Leaves = append(r.Leaves, event.Header{Name: text.Draw(t, "place"), Value: text.Draw(t, "leaf")})
			}
		}
		for i := range recs {
			recs[i].ID = event.AlertID("fill", fmt.Sprint(n, i))
			items = append(items, event.Item{Kind: event.KindCall, Call: &recs[i]})
		}
		if err := s.Write(context.Background(), batch(items...)); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Query(context.Background(), fmt.Sprintf("SELECT call_id, epoch_us(ts), sensor_name, req_host, req_target, spooled_day, flow_id, call_duration_us, resp_status, call_sample_rate, client_ip, call_flags, req_headers, req_leaves FROM calls "+
			"WHERE ts BETWEEN make_timestamp(%d) AND make_timestamp(%d) ORDER BY ts", recs[0].Time/1000, recs[len(recs)-1].Time/1000))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for i := range recs {
			if !rows.Next() {
				t.Fatalf("%d rows of %d: %v", i, len(recs), rows.Err())
			}
			if got, want := rows.Values(), modelRow(&recs[i]); !reflect.DeepEqual(got, want) {
				t.Fatalf("row %d:\n got %#v\nwant %#v", i, got, want)
			}
		}
		if rows.Next() {
			t.Fatal("more rows than were written")
		}
	})
}

// modelRow is a record as a query shows it.
func modelRow(r *event.Record) []any {
	ip := func(a netip.Addr) any {
		if !a.IsValid() {
			return nil
		}
		return a.String()
	}
	var day any
	if r.SpooledDay != "" {
		day = r.SpooledDay
	}
	flags := []any{}
	for _, f := range r.Flags {
		flags = append(flags, strings.ToValidUTF8(f, "\uFFFD"))
	}
	heads, leaves := map[string]any{}, map[string]any{}
	for _, h := range r.ReqHeaders {
		name := strings.ToValidUTF8(strings.Map(func(c rune) rune {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			return c
		}, h.Name), "\uFFFD")
		list, _ := heads[name].([]any)
		heads[name] = append(list, strings.ToValidUTF8(h.Value, "\uFFFD"))
	}
	for _, l := range r.Leaves {
		if name := strings.ToValidUTF8(l.Name, "\uFFFD"); leaves[name] == nil {
			leaves[name] = strings.ToValidUTF8(l.Value, "\uFFFD")
		}
	}
	rate := float64(r.SampleRate)
	return []any{r.ID.String(), int64(r.Time) / 1000, r.SensorName, strings.ToValidUTF8(r.Host, "\uFFFD"), strings.ToValidUTF8(r.Target, "\uFFFD"), day, r.FlowID, uint64(r.Duration), uint64(r.Status), rate,
		ip(r.ClientIP), flags, heads, leaves}
}

// A column that somebody made another type of is not written to.
func TestAColumnOfAnotherTypeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.duckdb")
	s := open(t, path, DefaultConfig())
	if _, err := s.writer.ExecContext(context.Background(), "ALTER TABLE calls ALTER COLUMN resp_status TYPE VARCHAR"); err != nil {
		t.Fatal(err)
	}
	r := sample(1)
	err := s.Write(context.Background(), batch(event.Item{Kind: event.KindCall, Call: &r}))
	if err == nil || !strings.Contains(err.Error(), "column resp_status is of the type VARCHAR, not USMALLINT") {
		t.Errorf("got %v", err)
	}
}
