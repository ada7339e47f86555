package capture

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// Every file cut at every byte: the frames before the cut are given, and the
// fault names where the broken record begins.
func TestCutAnywhere(t *testing.T) {
	for name, x := range allFixtures() {
		header := pcapHeaderLen
		if strings.HasPrefix(name, "pcapng") {
			header = int(x.begins[1])
		}
		for cut := range x.data {
			frames, _, err := readAll(bytes.NewReader(x.data[:cut]))
			if cut < header {
				var unusable *InputError
				if !errors.As(err, &unusable) {
					t.Errorf("%s cut at %d: %v", name, cut, err)
				}
				continue
			}
			whole := 0
			for whole < len(x.ends) && x.ends[whole] <= int64(cut) {
				whole++
			}
			if d := differ(frames, x.frames[:whole]); d != "" {
				t.Errorf("%s cut at %d: %s", name, cut, d)
			}
			// The last record or block that begins before the cut is broken,
			// unless the cut lies just where one begins.
			i, clean := slices.BinarySearch(x.begins, int64(cut))
			if clean || cut == header {
				if err != nil {
					t.Errorf("%s cut between records at %d: %v", name, cut, err)
				}
				continue
			}
			var fault *Fault
			if !errors.As(err, &fault) || fault.Offset != x.begins[i-1] || !strings.Contains(fault.Problem, "file ends inside a") {
				t.Errorf("%s cut at %d: %v, the record begins at %d", name, cut, err, x.begins[i-1])
			}
		}
	}
}

// Compressed files cut at every byte give a prefix of the frames and say so.
func TestCutCompressed(t *testing.T) {
	x := ngFixture(0)
	for name, data := range map[string][]byte{"gzip": zip(t, x.data), "zstd": zst(t, x.data)} {
		for cut := range data {
			frames, _, err := readAll(bytes.NewReader(data[:cut]))
			if d := differ(frames, x.frames[:min(len(frames), len(x.frames))]); d != "" {
				t.Errorf("%s cut at %d: %s", name, cut, d)
			}
			var fault *Fault
			var unusable *InputError
			switch {
			case errors.As(err, &fault):
				if fault.Problem != "the compressed data ends early" {
					t.Errorf("%s cut at %d: %v", name, cut, err)
				}
			case !errors.As(err, &unusable) || len(frames) > 0:
				t.Errorf("%s cut at %d: %d frames, %v", name, cut, len(frames), err)
			}
		}
	}
}

// A compressed file that goes bad after whole frames gives those.
func TestDamagedCompressed(t *testing.T) {
	x := newFixture(0).pcap(magicMicros, 1)
	for i := range 3000 {
		x.record(frameOf(i, 1000), uint32(i), 0)
	}
	for name, data := range map[string][]byte{"gzip": zip(t, x.data), "zstd": zst(t, x.data)} {
		frames, _, err := readAll(bytes.NewReader(data[:len(data)-len(data)/8]))
		var fault *Fault
		if !errors.As(err, &fault) || len(frames) == 0 {
			t.Errorf("%s: %d frames, %v", name, len(frames), err)
			continue
		}
		if want := x.ends[len(frames)-1]; fault.Offset != want {
			t.Errorf("%s: fault at %d, the last frame ends at %d", name, fault.Offset, want)
		}
	}
	rubbish := append(zip(t, x.data), "rubbish after the end"...)
	frames, _, err := readAll(bytes.NewReader(rubbish))
	var fault *Fault
	if d := differ(frames, x.frames); d != "" || !errors.As(err, &fault) || fault.Offset != int64(len(x.data)) {
		t.Errorf("rubbish after gzip: %s %v", d, err)
	}
}
