package event

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCodecRoundTrip(t *testing.T) {
	c := NewCodec(CallColumns())
	rapid.Check(t, func(t *rapid.T) {
		str := rapid.StringN(0, 300, 400)
		r := Record{Time: Nanos(rapid.Int64().Draw(t, "ts")), FlowID: rapid.Uint64().Draw(t, "flow"), VLAN: rapid.Uint16().Draw(t, "vlan"),
			Target: str.Draw(t, "target"), SampleRate: rapid.Float32().Draw(t, "rate"), ClientIP: netip.AddrFrom4([4]byte{10, 0, 0, 1}),
			ServerIP: netip.MustParseAddr("2001:db8::1"), ID: ID{1, 2, 3}}
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			r.ReqHeaders = append(r.ReqHeaders, Header{str.Draw(t, "name"), str.Draw(t, "value")})
			r.Flags = append(r.Flags, str.Draw(t, "flag"))
		}
		var got Record
		if err := c.Decode(c.Append(nil, &r), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r, got) {
			t.Fatalf("got %+v\nwant %+v", got, r)
		}
	})
}

func FuzzCodecDecode(f *testing.F) {
	c := NewCodec(CallColumns())
	f.Add(c.Append(nil, &Record{Target: strings.Repeat("a", 200), Flags: []string{"gap"}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r, again Record
		if c.Decode(b, &r) != nil {
			return
		}
		if err := c.Decode(c.Append(nil, &r), &again); err != nil {
			t.Fatalf("what was decoded does not encode: %v", err)
		}
	})
}

func tags[T any](t *testing.T, cols []Column[T]) {
	seen := map[byte]string{}
	names := map[string]bool{}
	for _, c := range cols {
		if other := seen[c.Tag]; other != "" || names[c.Name] || c.Meaning == "" || c.Example == "" {
			t.Errorf("column %s: tag or name taken, or no meaning or example (tag also of %q)", c.Name, other)
		}
		seen[c.Tag], names[c.Name] = c.Name, true
		appendField(nil, c.Field(new(T))) // panics on a type no sink knows
	}
}

func TestColumnsAreDistinctAndDocumented(t *testing.T) {
	tags(t, CallColumns())
	tags(t, AlertColumns())
	tags(t, FlowColumns())
	tags(t, NoteColumns())
}

// What lies in the bytes reads as what was copied out of them, whatever the
// record held before.
func TestViewReadsWhatDecodeReads(t *testing.T) {
	c := NewCodec(CallColumns())
	var view Record
	rapid.Check(t, func(t *rapid.T) {
		r := Record{Target: rapid.String().Draw(t, "target"), FlowID: rapid.Uint64().Draw(t, "flow"), ClientIP: netip.MustParseAddr("2001:db8::1"),
			Flags: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "flags")}
		b := c.Append(nil, &r)
		b = b[:rapid.IntRange(0, len(b)).Draw(t, "cut")]
		var want Record
		werr, gerr := c.Decode(b, &want), c.View(b, &view)
		if (werr == nil) != (gerr == nil) || werr == nil && !reflect.DeepEqual(view, want) {
			t.Fatalf("got %+v (%v)\nwant %+v (%v)", view, gerr, want, werr)
		}
	})
}
