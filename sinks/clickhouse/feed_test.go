package clickhouse

import (
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"pgregory.net/rapid"

	"spaniel/event"
	"spaniel/sinks"
)

// columns is a driver's batch that keeps what it gets, one value after the other.
type columns struct {
	driver.Batch
	cols []*kept
}

func (c *columns) Column(i int) driver.BatchColumn {
	for len(c.cols) <= i {
		c.cols = append(c.cols, &kept{})
	}
	return c.cols[i]
}

// rows turns the columns into rows.
func (c *columns) rows() (out [][]any) {
	for _, col := range c.cols {
		for len(out) < len(col.vals) {
			out = append(out, nil)
		}
		for i, v := range col.vals {
			out[i] = append(out[i], v)
		}
	}
	return out
}

type kept struct{ vals []any }

func (k *kept) Append(v any) error {
	list := reflect.ValueOf(v)
	for i := range list.Len() {
		k.vals = append(k.vals, list.Index(i).Interface())
	}
	return nil
}

// AppendRow copies what the driver copies.
func (k *kept) AppendRow(v any) error {
	if m, ok := v.(column.IterableOrderedMap); ok {
		out := map[string][]string{}
		for it := m.Iterator(); it.Next(); {
			if _, twice := out[it.Key().(string)]; twice {
				return errors.New("a name is there twice")
			}
			out[it.Key().(string)] = slices.Clone(it.Value().([]string))
		}
		v = out
	}
	k.vals = append(k.vals, v)
	return nil
}

func oneCall(r *event.Record) *sinks.Batch {
	it := event.Item{Kind: event.KindCall, Call: r}
	return &sinks.Batch{First: 1, Last: 1, Records: []sinks.Record{{Seq: 1, Kind: event.KindCall, Payload: sinks.NewEncoder().Append(nil, &it)}}}
}

// What a whole column hands over is what the conversion of each value gives,
// for every column of a call and for every type it may have.
func TestFeedsGiveWhatConversionsGive(t *testing.T) {
	text := rapid.SampledFrom([]string{"", "a", "B", "é", "2026-11-22", "\x00\xff", "shop.example"})
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *event.Record {
			addr, _ := netip.AddrFromSlice(rapid.SampledFrom([][]byte{nil, {10, 0, 0, 1}, slices.Repeat([]byte{7}, 16)}).Draw(t, "ip"))
			r := &event.Record{Time: event.Nanos(rapid.Int64().Draw(t, "ts")), Host: text.Draw(t, "host"), Method: text.Draw(t, "method"), Path: text.Draw(t, "path"), SpooledDay: text.Draw(t, "day"),
				ClientIP: addr, Status: rapid.Uint16().Draw(t, "u16"), Duration: rapid.Uint32().Draw(t, "u32"), FlowID: rapid.Uint64().Draw(t, "u64"), SampleRate: rapid.Float32().Draw(t, "f32"),
				Flags: rapid.SliceOfN(text, 0, 3).Draw(t, "flags")}
			copy(r.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
			for range rapid.IntRange(0, 5).Draw(t, "headers") {
				r.ReqHeaders = append(r.ReqHeaders, event.Header{Name: text.Draw(t, "name"), Value: text.Draw(t, "value")})
				r.Leaves = append(r.Leaves, event.Header{Name: text.Draw(t, "place"), Value: text.Draw(t, "leaf")})
			}
			return r
		}), 1, 5).Draw(t, "records")
		for _, c := range event.CallColumns() {
			own, _, _ := strings.Cut(columnType(c.Name, c.Type), " CODEC")
			for _, to := range []string{own, "String", "LowCardinality(String)", "FixedString(16)", "FixedString(32)", "Nullable(IPv6)", "IPv4", "Date", "DateTime", "DateTime64(3)", "UInt8", "UInt16",
				"UInt32", "UInt64", "Int64", "Float32", "Float64", "Array(String)", "Map(String, Array(String))", "Map(String, String)"} {
				f, conv := feeder(c.Type, to), converter(c.Type, to)
				if (f == nil) != (conv == nil) {
					t.Fatalf("%s as %s: feed %v, conversion %v", c.Name, to, f != nil, conv != nil)
				}
				if f == nil {
					continue
				}
				var got kept
				var want []any
				for range 2 { // a feed is used again
					f.begin(&got)
					for _, r := range records {
						again := *r // what is read anew for each row lies in the same place
						if err := f.add(c.Field(&again)); err != nil {
							t.Fatal(err)
						}
						want = append(want, conv(c.Field(r)))
						again = event.Record{}
					}
					if err := f.end(); err != nil {
						t.Fatal(err)
					}
				}
				for i := range want {
					if !same(got.vals[i], want[i]) {
						t.Fatalf("%s as %s: got %#v, want %#v", c.Name, to, got.vals[i], want[i])
					}
				}
			}
		}
	})
}

// same is DeepEqual, but that no number equals none and that of a float's many
// NaNs one is as good as another.
func same(a, b any) bool {
	if x, ok := a.(float32); ok && x != x {
		y, ok := b.(float32)
		return ok && y != y
	}
	if x, ok := a.(float64); ok && x != x {
		y, ok := b.(float64)
		return ok && y != y
	}
	return reflect.DeepEqual(a, b)
}

func TestARecordThatCannotBeDecodedIsNamed(t *testing.T) {
	p, err := makePlan(event.KindCall, "calls", []found{{"req_host", "String", ""}})
	if err != nil {
		t.Fatal(err)
	}
	b := oneCall(&event.Record{Host: "h"})
	b.Last, b.Records = 2, append(b.Records, sinks.Record{Seq: 2, Kind: event.KindCall, Payload: []byte{24, 200}})
	var r *sinks.Rejected
	if err := p.fill(&columns{}, b, []uint64{1, 2}); !errors.As(err, &r) || r.Index != 1 {
		t.Errorf("got %v", err)
	}
}
