package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"spaniel/capture"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/lookback"
	"spaniel/internal/sensor"
	"spaniel/internal/wiretest"
	"spaniel/rules"
	"spaniel/sinks/redact"
)

// shipped are the rules that ship.
func shipped(t *testing.T) *detect.Set {
	t.Helper()
	set, err := detect.Load([]detect.Source{{FS: rules.FS}}, detect.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// demoFrames are those of the bundled capture.
func demoFrames(t *testing.T) (frames []event.Frame) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(file, demo.Capture(), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var f event.Frame
	for err = src.Next(&f); err == nil; err = src.Next(&f) {
		f.Data = bytes.Clone(f.Data)
		frames = append(frames, f)
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return frames
}

// endsBy is the connection that gopacket sees in a frame, "" if none.
func endsBy(f *event.Frame) string {
	p := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.NoCopy)
	tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok || p.NetworkLayer() == nil {
		return ""
	}
	src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
	ends := []string{fmt.Sprint(src, ".", uint16(tcp.SrcPort)), fmt.Sprint(dst, ".", uint16(tcp.DstPort))}
	slices.Sort(ends)
	return ends[0] + " " + ends[1]
}

// TestTheLookBackHasWhatAlertsRestOn: of each alert of the bundled capture, those
// about windows among them, the look-back gives the frames of its connection from
// the first to the one that raised it, as gopacket tells them, and no other; all
// that a search in the capture finds of its call is among them. For any number of
// workers, and of a connection in fragments, too.
func TestTheLookBackHasWhatAlertsRestOn(t *testing.T) {
	set := shipped(t)
	for _, c := range []struct {
		name    string
		workers int
		frames  []event.Frame
		cut     bool
	}{{"one worker", 1, demoFrames(t), false}, {"three", 3, demoFrames(t), false}, {"fragments", 2, renumbered(wiretest.Fragment(demoFrames(t), 400)), true}} {
		t.Run(c.name, func(t *testing.T) {
			back := lookback.New(64 << 20)
			var alerts []event.Alert
			s, err := sensor.New(sensor.Config{Workers: c.workers, Decode: *config(), Rules: set, Redactor: redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{}), Back: back}, func(it *event.Item) event.CallFate {
				if it.Kind == event.KindAlert {
					alerts = append(alerts, *it.Alert)
				}
				return event.CallAcked
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Run(context.Background(), sensor.NewFrames(c.frames)); err != nil {
				t.Fatal(err)
			}
			looked := 0
			for i := range alerts {
				a := &alerts[i]
				q, ok := s.Query(a)
				if !ok {
					continue
				}
				looked++
				found := back.Look(q)
				got := found.Frames()
				if found.Gone+found.Beyond != 0 || found.Unsure || len(got) == 0 {
					t.Fatalf("%s: %d frames, %d gone, %d beyond, unsure %v", a.Rule.ID, len(got), found.Gone, found.Beyond, found.Unsure)
				}
				for k := range got {
					if !bytes.Equal(got[k].Data, c.frames[got[k].Number-1].Data) {
						t.Fatalf("%s: frame %d is another", a.Rule.ID, got[k].Number)
					}
				}
				numbers := func() (n []uint64) {
					for k := range got {
						n = append(n, got[k].Number)
					}
					return n
				}()
				if !c.cut {
					ends := endsBy(&c.frames[a.Rests.FirstFrame-1])
					var want []uint64
					for n := a.Rests.FirstFrame; n <= uint64(len(c.frames)); n++ {
						f := &c.frames[n-1]
						if endsBy(f) == ends && (a.Order.OfFrame && n <= a.Order.Seq || !a.Order.OfFrame && f.Time < a.Order.Clock) {
							want = append(want, n)
						}
					}
					if !slices.Equal(numbers, want) {
						t.Fatalf("%s: frames %v, want %v", a.Rule.ID, numbers, want)
					}
				}
				if len(a.Calls) != 1 || a.Count != 1 {
					continue
				}
				calls, err := Find(context.Background(), config(), sensor.NewFrames(c.frames), 1, func(call *event.Call) bool { return call.ID == a.Calls[0] })
				if err != nil || len(calls) != 1 {
					t.Fatalf("%s: %d calls: %v", a.Rule.ID, len(calls), err)
				}
				searched := framesOf(t, c.frames, calls...)
				for _, n := range searched {
					if _, ok := slices.BinarySearch(numbers, n); !ok {
						t.Fatalf("%s: frame %d of the call is not among %v", a.Rule.ID, n, numbers)
					}
				}
				if calls[0].first && !slices.Equal(searched, numbers) {
					t.Fatalf("%s: frames %v, a search finds %v", a.Rule.ID, numbers, searched)
				}
			}
			if looked < 20 {
				t.Errorf("%d alerts of %d rest on a connection", looked, len(alerts))
			}
		})
	}
}

func renumbered(frames []event.Frame) []event.Frame {
	for i := range frames {
		frames[i].Number = uint64(i + 1)
	}
	return frames
}

// TestTheLookBackCostsNoGarbage: a frame costs no allocation more with it than
// without.
func TestTheLookBackCostsNoGarbage(t *testing.T) {
	set := shipped(t)
	all := demoFrames(t)
	ack := all[slices.IndexFunc(all, func(f event.Frame) bool { return len(f.Data) < 80 && endsBy(&f) != "" })]
	allocs := func(frames int, keep bool) float64 {
		many := make([]event.Frame, frames)
		for i := range many {
			many[i] = ack
			many[i].Time += int64(i) * 1e7 // no copy of the one before
		}
		return testing.AllocsPerRun(1, func() {
			cfg := sensor.Config{Decode: *config(), Rules: set, Redactor: redact.New(bytes.Repeat([]byte{7}, 32), redact.Option{})}
			if keep {
				cfg.Back = lookback.New(lookback.Least)
			}
			s, err := sensor.New(cfg, func(*event.Item) event.CallFate { return event.CallAcked })
			if err == nil {
				err = s.Run(context.Background(), sensor.NewFrames(many))
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
	with, without := allocs(51_000, true)-allocs(1000, true), allocs(51_000, false)-allocs(1000, false)
	if with > without+100 {
		t.Errorf("50,000 frames more cost %v allocations with the look-back, %v without", with, without)
	}
}
