package capture

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"spaniel/event"
)

// Both kinds of source keep the contract.
var (
	_ Source = (*File)(nil)
	_ Source = (*Live)(nil)
)

// What is written is read back, whatever the frames.
func TestWrittenFramesAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		link := rapid.Uint16().Draw(t, "link")
		var out bytes.Buffer
		w, err := NewWriter(&out, link)
		if err != nil {
			t.Fatal(err)
		}
		var want []event.Frame
		for i := range rapid.IntRange(0, 20).Draw(t, "frames") {
			f := event.Frame{
				Number: uint64(i + 1),
				Time:   rapid.Int64Range(0, (1<<32)*1_000_000_000-1).Draw(t, "time"),
				Link:   link,
				Data:   rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "data"),
			}
			f.Length = len(f.Data) + rapid.IntRange(0, 70000).Draw(t, "cut")
			if err := w.Write(&f); err != nil {
				t.Fatal(err)
			}
			want = append(want, f)
		}
		got, ifaces, err := readAll(&out)
		if d := differ(got, want); d != "" || err != nil {
			t.Fatalf("%s %v", d, err)
		}
		if len(ifaces) != 1 || ifaces[0] != (Interface{Link: link, Snaplen: MaxRecord}) {
			t.Fatalf("interfaces %v", ifaces)
		}
	})
}
