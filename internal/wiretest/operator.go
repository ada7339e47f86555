package wiretest

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// The operators here take segments sorted by time, change nothing in place
// and give back segments sorted by time.

// Every is a size for Cut: always n.
func Every(n int) func() int { return func() int { return n } }

// Between is a size for Cut: from lo to hi, random by seed.
func Between(seed uint64, lo, hi int) func() int {
	rng := rand.New(rand.NewPCG(seed, 1))
	return func() int { return lo + rng.IntN(hi-lo+1) }
}

// Cut cuts every payload again, into pieces of the sizes that size returns.
// The pieces are a nanosecond apart.
func Cut(segs []Segment, size func() int) []Segment {
	var out []Segment
	for _, s := range sorted(segs) {
		for len(s.Payload) > 0 {
			n := max(1, size())
			if n >= len(s.Payload) {
				break
			}
			head := s.clone()
			head.Payload, s.Payload = head.Payload[:n], s.Payload[n:]
			head.Flags &^= PSH | FIN
			out = append(out, head)
			s.Seq += uint32(n)
			if s.Flags&SYN != 0 { // data with the SYN: the SYN has a number of its own
				s.Seq++
				s.Flags = s.Flags&^SYN | ACK
			}
			s.Time++
		}
		out = append(out, s)
	}
	return sorted(out)
}

// Shuffle permutes segments among their times: each block of window
// neighbours is put into a random order.
func Shuffle(segs []Segment, seed uint64, window int) []Segment {
	rng := rand.New(rand.NewPCG(seed, 2))
	out := sorted(segs)
	times := make([]int64, len(out))
	for i := range out {
		times[i] = out[i].Time
	}
	for at := 0; at < len(out); at += max(1, window) {
		block := out[at:min(len(out), at+max(1, window))]
		rng.Shuffle(len(block), func(i, j int) { block[i], block[j] = block[j], block[i] })
	}
	for i := range out {
		out[i].Time = times[i]
	}
	return out
}

// Mix puts the segments with data from one port into a random order among
// their times, acknowledgements stay; a port of 0 is all, each by itself.
func Mix(segs []Segment, seed uint64, port uint16) []Segment {
	rng := rand.New(rand.NewPCG(seed, 5))
	out := sorted(segs)
	var trains [][]int // runs of segments with data from one port
	for _, i := range DataAt(out, port) {
		if n := len(trains); n > 0 && trains[n-1][len(trains[n-1])-1] == i-1 && out[i].Src == out[i-1].Src {
			trains[n-1] = append(trains[n-1], i)
		} else {
			trains = append(trains, []int{i})
		}
	}
	for _, t := range trains {
		rng.Shuffle(len(t), func(i, j int) { out[t[i]].Time, out[t[j]].Time = out[t[j]].Time, out[t[i]].Time })
	}
	return sorted(out)
}

// Reverse puts the segments with data from one port into the opposite order;
// a port of 0 is any.
func Reverse(segs []Segment, port uint16) []Segment {
	out := sorted(segs)
	at := DataAt(out, port)
	for i, j := 0, len(at)-1; i < j; i, j = i+1, j-1 {
		a, b := at[i], at[j]
		out[a].Time, out[b].Time = out[b].Time, out[a].Time
	}
	return sorted(out)
}

// Drop leaves out the segments at the given positions.
func Drop(segs []Segment, positions ...int) []Segment {
	var out []Segment
	for i, s := range sorted(segs) {
		if !slices.Contains(positions, i) {
			out = append(out, s)
		}
	}
	return out
}

// Duplicate sends some segments twice, the copy after up to four others: one
// of every n on average.
func Duplicate(segs []Segment, seed uint64, n int) []Segment {
	rng := rand.New(rand.NewPCG(seed, 3))
	in := sorted(segs)
	out := slices.Clone(in)
	for i, s := range in {
		if rng.IntN(max(1, n)) == 0 {
			again := s.clone()
			again.Time = in[min(len(in)-1, i+rng.IntN(5))].Time
			out = append(out, again)
		}
	}
	return sorted(out)
}

// Overlap makes data segments begin up to back bytes earlier, with the bytes
// that were sent there before: a consistent overlap.
func Overlap(segs []Segment, seed uint64, back int) []Segment {
	rng := rand.New(rand.NewPCG(seed, 4))
	last := map[[2]string]Segment{}
	out := sorted(segs)
	for i := range out {
		s := &out[i]
		if len(s.Payload) == 0 || s.Flags&SYN != 0 {
			continue
		}
		flow := [2]string{s.Src.String(), s.Dst.String()}
		prev, ok := last[flow]
		last[flow] = s.clone()
		if !ok || prev.Seq+uint32(len(prev.Payload)) != s.Seq {
			continue
		}
		n := min(rng.IntN(back+1), len(prev.Payload))
		s.Payload = append(slices.Clone(prev.Payload[len(prev.Payload)-n:]), s.Payload...)
		s.Seq -= uint32(n)
	}
	return out
}

// Conflict adds a segment in the place of the one at position, with other
// bytes, a nanosecond before it or after it.
func Conflict(segs []Segment, position int, payload []byte, before bool) []Segment {
	out := sorted(segs)
	rival := out[position].clone()
	rival.Payload = slices.Clone(payload)
	if before {
		rival.Time--
	} else {
		rival.Time++
	}
	return sorted(append(out, rival))
}

// DataAt returns the positions of the segments that carry data from one side:
// those whose source port is port; 0 is any.
func DataAt(segs []Segment, port uint16) []int {
	var at []int
	for i, s := range sorted(segs) {
		if len(s.Payload) > 0 && (port == 0 || s.Src.Port() == port) {
			at = append(at, i)
		}
	}
	return at
}

// sorted returns a copy of segs sorted by time.
func sorted(segs []Segment) []Segment {
	out := slices.Clone(segs)
	slices.SortStableFunc(out, func(a, b Segment) int { return cmp.Compare(a.Time, b.Time) })
	return out
}
