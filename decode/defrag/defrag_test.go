package defrag

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

// play runs a list of fragments written as text: "OFFSET+TEXT", a trailing
// "." for the last one, then optional words key=value.
func play(t *testing.T, v6 bool, text string) (out []string) {
	t.Helper()
	r := New(Config{}, new(event.Ledger), func(a event.Anomaly) { out = append(out, a.Name) }, func(n int) { out = append(out, fmt.Sprint("lost ", n)) })
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		f := Fragment{Key: key(v6, 1), More: true, Before: 20, Stamp: event.Stamp{Frame: uint64(i + 1)}}
		words := strings.Fields(line)
		off, data, _ := strings.Cut(words[0], "+")
		fmt.Sscan(off, &f.Offset)
		if strings.HasSuffix(data, ".") {
			f.More, data = false, data[:len(data)-1]
		}
		f.Data = []byte(data)
		for _, w := range words[1:] {
			name, value, _ := strings.Cut(w, "=")
			var n uint32
			fmt.Sscan(value, &n)
			switch name {
			case "proto":
				f.Key.Proto = uint8(n)
			case "vlan":
				f.Key.VLAN = uint16(n)
			case "vni":
				f.Key.VNI = n
			case "depth":
				f.Key.Depth = uint8(n)
			case "id":
				f.Key.ID = n
			case "at":
				f.Stamp.Clock = int64(time.Duration(n) * time.Second)
			case "len":
				f.Data = bytes.Repeat([]byte(data), int(n))
			}
		}
		var d Datagram
		switch r.Add(&f, &d) {
		case Complete:
			out = append(out, "whole "+string(d.Data))
		case Dropped:
			out = append(out, "dropped")
		}
	}
	return out
}

func TestCases(t *testing.T) {
	for _, tc := range []struct{ name, v, frags, want string }{
		{"in order", "46", "0+abcdefgh\n8+ijk.", "whole abcdefghijk"},
		{"reversed", "46", "8+ijk.\n0+abcdefgh", "whole abcdefghijk"},
		{"exact duplicate", "46", "0+abcdefgh\n0+abcdefgh\n8+ijk.", "whole abcdefghijk"},
		{"duplicate of the last", "46", "8+ijk.\n8+ijk.\n0+abcdefgh", "whole abcdefghijk"},
		{"duplicate with other bytes", "46", "0+abcdefgh\n0+abcdefgX\n0+abcdefgY\n8+ijk.", "frag_conflict, whole abcdefghijk"},
		{"contained with other bytes", "46", "0+abcdefgh\n8+ijklmnop\n0+XXXXXXXXXXXXXXXX\n16+q.", "frag_conflict, whole abcdefghijklmnopq"},
		{"repeat of the last with other bytes", "46", "8+ij.\n8+XY.\n0+abcdefgh", "frag_conflict, whole abcdefghij"},
		{"covering with other bytes", "46", "8+XXXXXXXX\n0+abcdefghijklmnopqrstuvwx\n24+y.", "frag_conflict, lost 1, dropped"},
		{"consistent overlap", "4", "0+abcdefghijklmnop\n8+ijklmnopqrs.", "frag_overlap, whole abcdefghijklmnopqrs"},
		{"consistent overlap", "6", "0+abcdefghijklmnop\n8+ijklmnopqrs.", "frag_conflict, lost 1, dropped"},
		{"contained", "46", "0+abcdefghijklmnop\n8+ijklmnop\n16+q.", "frag_overlap, whole abcdefghijklmnopq"},
		{"covering holes", "4", "8+ijklmnop\n24+yz.\n0+abcdefghijklmnopqrstuvwx", "frag_overlap, whole abcdefghijklmnopqrstuvwxyz"},
		{"overlap told once", "4", "0+abcdefgh\n8+ijklmnop\n0+abcdefghijklmnop\n8+ijklmnopq.", "frag_overlap, whole abcdefghijklmnopq"},
		{"conflicting overlap", "46", "0+abcdefghijklmnop\n8+ijklmnoXqrs.", "frag_conflict, lost 1, dropped"},
		{"after a conflict the key is free", "4", "0+abcdefgh\n0+XbcdefghIJKLMNOP\n0+ABCDEFGH\n8+IJ.", "frag_conflict, lost 1, dropped, whole ABCDEFGHIJ"},
		{"teardrop", "4", "0+aaaaaaaaaaaaaaaa\n8+bbbb.", "frag_malformed, lost 1, dropped"},
		{"past the end", "46", "8+ij.\n16+abcdefgh", "frag_malformed, lost 1, dropped"},
		{"two ends", "46", "8+ij.\n8+ijk.", "frag_malformed, lost 1, dropped"},
		{"end before what is there", "46", "16+abcdefgh\n8+ij.", "frag_malformed, lost 1, dropped"},
		{"empty", "46", "0+abcdefgh\n8+.", "frag_malformed, lost 1, dropped"},
		{"not a multiple of eight", "4", "0+abcdefghXY\n8+ij.", "whole abcdefghij"},
		{"not a multiple of eight", "6", "8+ij.\n0+abcdefghXY\n0+abcdefgh", "frag_malformed, dropped, whole abcdefghij"},
		{"largest", "46", "65504+ij.\n0+z len=65504", "whole " + strings.Repeat("z", 65504) + "ij"},
		{"ping of death", "4", "0+a len=65504\n65504+0123456789ab.", "frag_too_long, lost 1, dropped"},
		{"ping of death", "6", "0+abcdefgh\n65528+0123456789ab.\n8+ij.", "frag_too_long, dropped, whole abcdefghij"},
		{"other protocol", "4", "0+abcdefgh proto=17\n0+ABCDEFGH\n8+ij. proto=17\n8+IJ.", "whole abcdefghij, whole ABCDEFGHIJ"},
		{"other VLAN", "46", "0+abcdefgh vlan=7\n0+ABCDEFGH\n8+ij. vlan=7\n8+IJ.", "whole abcdefghij, whole ABCDEFGHIJ"},
		{"other VNI", "46", "0+abcdefgh vni=7\n0+ABCDEFGH\n8+ij. vni=7\n8+IJ.", "whole abcdefghij, whole ABCDEFGHIJ"},
		{"other depth", "46", "0+abcdefgh depth=1\n0+ABCDEFGH\n8+ij. depth=1\n8+IJ.", "whole abcdefghij, whole ABCDEFGHIJ"},
		{"other id", "46", "0+abcdefgh id=7\n0+ABCDEFGH\n8+ij. id=7\n8+IJ.", "whole abcdefghij, whole ABCDEFGHIJ"},
		{"id used again", "46", "0+abcdefgh\n8+ij. at=1\n0+ABCDEFGH at=2\n8+IJ. at=3", "whole abcdefghij, whole ABCDEFGHIJ"},
		{"in time", "46", "0+abcdefgh at=1\n8+ij. at=30", "whole abcdefghij"},
		{"too late: no ghost", "46", "0+abcdefgh at=1\n8+ij. at=31\n0+ABCDEFGH at=32", "lost 1, whole ABCDEFGHij"},
		{"both too late", "46", "0+abcdefgh at=1\n8+ij. at=31\n0+ABCDEFGH at=61", "lost 1, lost 1"},
	} {
		for _, v := range tc.v {
			if got := strings.Join(play(t, v == '6', tc.frags), ", "); got != tc.want {
				t.Errorf("IPv%c %s: %.80s\nwant %.80s", v, tc.name, got, tc.want)
			}
		}
	}
}

// A million datagrams that are never completed, from one source and from
// many: memory stays under the cap, an honest datagram still comes through,
// and every frame is accounted for.
func TestFlood(t *testing.T) {
	for name, source := range map[string]func(i int) netip.Addr{
		"one source":   func(int) netip.Addr { return netip.MustParseAddr("203.0.113.1") },
		"many sources": func(i int) netip.Addr { return netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}) },
		"one IPv6 network": func(i int) netip.Addr {
			return netip.AddrFrom16([16]byte{0x20, 1, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := 1000000
			if name != "one source" {
				n = 200000
			}
			var lost, honest int
			r := New(Config{MaxBytes: 1 << 20}, new(event.Ledger), nil, func(n int) { lost += n })
			data := make([]byte, 512)
			var d Datagram
			for i := range n {
				f := Fragment{Key: Key{Src: source(i), ID: uint32(i)}, More: true, Data: data[:8+i%60*8], Stamp: event.Stamp{Clock: int64(i) * 1000}}
				if r.Add(&f, &d) == Dropped {
					lost++
				}
				if i%1000 == 0 {
					a := Fragment{Key: key(false, uint32(i)), More: true, Data: data[:8], Stamp: f.Stamp}
					b := Fragment{Key: a.Key, Offset: 8, Data: data[:8], Stamp: f.Stamp}
					if r.Add(&a, &d) == Held && r.Add(&b, &d) == Complete {
						honest++
					}
				}
				if _, mem := r.Pending(); mem > 1<<20 {
					t.Fatalf("%d bytes after %d fragments", mem, i)
				}
			}
			if honest != n/1000 {
				t.Errorf("%d of %d honest datagrams", honest, int(n/1000))
			}
			pending, mem := r.Pending()
			if name != "many sources" && mem > 1<<20/4+2048 {
				t.Errorf("one source holds %d bytes", mem)
			}
			r.Flush()
			if lost != n {
				t.Errorf("%d of %d frames are accounted for; %d datagrams were pending", lost, n, pending)
			}
			if len(r.table) != 0 || len(r.from) != 0 || r.cost != 0 || r.all != (ends{}) {
				t.Errorf("something stays: %d datagrams, %d sources, %d bytes", len(r.table), len(r.from), r.cost)
			}
		})
	}
}

// One source that uses up its share evicts itself, not others.
func TestShareSparesOthers(t *testing.T) {
	r := New(Config{MaxBytes: 1 << 20}, new(event.Ledger), nil, func(int) {})
	var d Datagram
	a := Fragment{Key: key(false, 1), More: true, Data: make([]byte, 8)}
	r.Add(&a, &d)
	for i := range 100000 {
		r.Add(&Fragment{Key: Key{Src: netip.MustParseAddr("203.0.113.1"), ID: uint32(i)}, More: true, Data: make([]byte, 1000)}, &d)
	}
	b := Fragment{Key: a.Key, Offset: 8, Data: make([]byte, 8)}
	if r.Add(&b, &d) != Complete {
		t.Error("the old datagram of another source is gone")
	}
	if c := r.led.Datagrams; c[event.DatagramShare] == 0 || c[event.DatagramEvicted] != 0 {
		t.Errorf("%+v", c)
	}
}

func TestTooManyFragments(t *testing.T) {
	lost := 0
	r := New(Config{}, new(event.Ledger), nil, func(n int) { lost += n })
	var d Datagram
	for i := range 65 {
		f := Fragment{Key: key(false, 1), Offset: i * 8, More: true, Data: make([]byte, 8)}
		for range 3 { // repeats do not count
			if got := r.Add(&f, &d); (got == Dropped) != (i == 64) {
				t.Fatalf("fragment %d: %d", i, got)
			} else if got == Dropped {
				break
			}
		}
	}
	if lost != 64*3 || r.led.Datagrams[event.DatagramCapped] != 1 {
		t.Errorf("%d frames lost, %+v", lost, *r.led)
	}
}

// A datagram larger than a source's share can never be whole; the frames
// before and the present one must each be counted once.
func TestLargerThanTheShare(t *testing.T) {
	lost, dropped, held := 0, 0, 0
	r := New(Config{MaxBytes: 64 << 10}, new(event.Ledger), nil, func(n int) { lost += n })
	var d Datagram
	for i := range 40 {
		f := Fragment{Key: key(false, 1), Offset: i * 1400, More: true, Data: make([]byte, 1400)}
		switch r.Add(&f, &d) {
		case Held:
			held++
		case Dropped:
			dropped++
		}
	}
	r.Flush()
	if lost != held || dropped == 0 {
		t.Errorf("%d held, %d of them lost, %d dropped", held, lost, dropped)
	}
}
