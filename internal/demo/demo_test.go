package demo

import (
	"bytes"
	"flag"
	"os"
	"testing"
	"time"

	"spaniel/capture"
)

var update = flag.Bool("update", false, "write shop.pcap anew")

func TestBundledCaptureIsTheScenario(t *testing.T) {
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Frames() {
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		if err := os.WriteFile("shop.pcap", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(b.Bytes(), Capture()) {
		t.Errorf("shop.pcap (%d bytes) is not what Frames makes (%d bytes): go test ./internal/demo -update", len(Capture()), b.Len())
	}
	if b.Len() > 2<<20 {
		t.Errorf("%d bytes, allowed are 2 MB", b.Len())
	}
	t.Logf("%d bytes", b.Len())
}

func TestExpectedIsWhatWasBuilt(t *testing.T) {
	s := build()
	begin, end := map[string]int64{}, map[string]int64{}
	for _, seg := range s.b.Segments() {
		for _, a := range []string{seg.Src.Addr().String(), seg.Dst.Addr().String()} {
			if begin[a] == 0 || seg.Time < begin[a] {
				begin[a] = seg.Time
			}
			end[a] = max(end[a], seg.Time)
		}
	}
	for _, e := range Expected() {
		if s.calls[e.Client] != e.Calls {
			t.Errorf("%s makes %d calls, %d are promised", e.Client, s.calls[e.Client], e.Calls)
		}
		if b, f := time.Duration(begin[e.Client]-Start), time.Duration(end[e.Client]-Start); b < e.Begin || f > e.End {
			t.Errorf("%s is active from %v to %v, promised %v to %v", e.Client, b, f, e.Begin, e.End)
		}
	}
	if s.calls[""] != TotalCalls {
		t.Errorf("%d calls, %d are promised", s.calls[""], TotalCalls)
	}
	last := time.Duration(end["10.0.0.5"] - Start)
	t.Logf("%d segments, %d calls, %v", len(s.b.Segments()), s.calls[""], last)
}
