package capture

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"spaniel/event"
)

// taken is how many bytes do allocates in all.
func taken(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Small files with large claims cost what small files cost.
func TestClaimsCostNothing(t *testing.T) {
	pcap := newFixture(0).pcap(magicMicros, 1).u32(0, 0, 0x60000000, 0x60000000).u32(make([]uint32, 10)...)
	ng := newFixture(0).start().iface(Interface{Link: 1}, nil).u32(6, 0x60000000, 0, 0, 0, 0x60000000, 0x60000000)
	frame := newFixture(0).start().iface(Interface{Link: 1}, nil)
	frame.block(blockEnhanced, func() { frame.u32(0, 0, 0, 0x60000000, 0x60000000) })
	skip := newFixture(0).start().u32(99, 0xfffffff0, 0, 0)
	for name, data := range map[string][]byte{"pcap": pcap.data, "pcapng block": ng.data, "pcapng frame": frame.data, "skipped block": skip.data} {
		for form, data := range map[string][]byte{"plain": data, "gzip": zip(t, data), "zstd": zst(t, data)} {
			n := taken(func() {
				if _, _, err := readAll(bytes.NewReader(data)); err == nil {
					t.Errorf("%s %s: no error", name, form)
				}
			})
			if n > 2<<20 {
				t.Errorf("%s %s: %d bytes of input took %d bytes of memory", name, form, len(data), n)
			}
		}
	}
}

// Bombs: a large input packed small is read in the same bounded memory.
func TestBombsAreReadInBoundedMemory(t *testing.T) {
	x := newFixture(0).start()
	x.block(99, func() { x.data = append(x.data, make([]byte, 64<<20)...) })
	for name, data := range map[string][]byte{"gzip": zip(t, x.data), "zstd": zst(t, x.data)} {
		n := taken(func() {
			if _, _, err := readAll(bytes.NewReader(data)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if n > 24<<20 {
			t.Errorf("%s: %d bytes that unpack to 64 MiB took %d bytes of memory", name, len(data), n)
		}
	}
}

// Once a file runs, a frame costs no allocation, whatever the container.
func TestFramesCostNoAllocation(t *testing.T) {
	const warm, runs = 20_000, 1000
	nano := newFixture(0).pcap(magicNanos, 1)
	ng := newFixture(1).start().iface(Interface{Link: 1}, nil)
	for i := range warm + 10*runs {
		nano.record(frameOf(i, i%300), uint32(i), 0)
		ng.enhanced(frameOf(i, i%300), uint64(i))
	}
	for name, data := range map[string][]byte{
		"pcap": nano.data, "pcapng": ng.data, "pcap gzip": zip(t, nano.data), "pcapng zstd": zst(t, ng.data),
	} {
		path := filepath.Join(t.TempDir(), "c")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		var fr event.Frame
		next := func() {
			if err := f.Next(&fr); err != nil {
				t.Fatal(err)
			}
		}
		for range warm {
			next()
		}
		if n := testing.AllocsPerRun(runs, next); n != 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	nano := newFixture(0).pcap(magicNanos, 1)
	ng := newFixture(0).start().iface(Interface{Link: 1}, nil)
	const frames = 100_000
	for i := range frames {
		nano.record(frameOf(i, 600), uint32(i), 0)
		ng.enhanced(frameOf(i, 600), uint64(i))
	}
	for name, data := range map[string][]byte{"pcap": nano.data, "pcapng": ng.data, "zstd": zst(b, nano.data)} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "c")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(nano.data)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := Open(path)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := drain(f, nil); n != frames || err != nil {
					b.Fatal(n, err)
				}
				if err := f.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
