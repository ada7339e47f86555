package wiretest

import (
	"math/rand/v2"
	"net/netip"
	"slices"
)

// A Step is what one end says as soon as it has heard all of step number After
// and all it said before; with After -1 at once.
type Step struct {
	FromClient bool
	After      int
	Text       string
}

// Vary says in which of all the ways that TCP allows a conversation reaches
// the capture. The zero value is one segment a step, in order.
type Vary struct {
	// Seed decides whatever the other fields leave open.
	Seed uint64
	// ISN of client and server.
	ISN [2]uint32
	// Largest payload of a segment; 0 is no limit.
	Largest int
	// Shuffle brings segments of one end that acknowledge the same in any order.
	Shuffle bool
	// Resends is how many ranges sent before are sent again, cut otherwise;
	// Copies how many frames are captured twice; Losses how many never are.
	Resends, Copies, Losses int
	// Unopened leaves out the handshake, Unclosed the end.
	Unopened, Unclosed bool
}

// Segments has the conversation from start on. It is over within a second.
func (v Vary) Segments(client, server netip.AddrPort, start int64, talk []Step) []Segment {
	t := talker{v: v, rng: rand.New(rand.NewPCG(v.Seed, 9)), now: start, addr: [2]netip.AddrPort{client, server}, talk: talk}
	t.sent = make([]int, len(talk))
	if v.Unopened {
		t.begun = [2]bool{true, true}
	} else {
		t.emit(0, SYN, v.ISN[0]-1, nil)
		t.begun[0] = true
		t.emit(1, SYN|ACK, v.ISN[1]-1, nil)
		t.begun[1] = true
		t.emit(0, ACK, v.ISN[0], nil)
	}
	for t.speak() {
	}
	if !v.Unclosed {
		t.emit(1, FIN|ACK, v.ISN[1]+uint32(len(t.said[1])), nil)
		t.over[1] = true
		t.emit(0, FIN|ACK, v.ISN[0]+uint32(len(t.said[0])), nil)
		t.over[0] = true
		t.emit(1, ACK, v.ISN[1]+uint32(len(t.said[1]))+1, nil)
	}
	segs := t.segs
	if v.Shuffle {
		shuffleAlike(segs, t.rng)
	}
	for range v.Copies {
		i := t.rng.IntN(len(segs))
		again := segs[i].clone()
		again.Time += int64(t.rng.IntN(1_000_000))
		segs = append(segs, again)
	}
	segs = sorted(segs)
	for range min(v.Losses, len(segs)-1) {
		i := t.rng.IntN(len(segs))
		segs = slices.Delete(segs, i, i+1)
	}
	return segs
}

// talker plays both ends. What one sends the other has at once; only the
// capture brings it otherwise.
type talker struct {
	v           Vary
	rng         *rand.Rand
	now         int64
	addr        [2]netip.AddrPort
	talk        []Step
	sent        []int     // of each step
	said        [2][]byte // by each end
	begun, over [2]bool   // by each end
	resent      int
	segs        []Segment
}

// speak sends one segment; false when all is said.
func (t *talker) speak() bool {
	var ready []int
	for i, s := range t.talk {
		if t.sent[i] < len(s.Text) && t.may(i) {
			ready = append(ready, i)
		}
	}
	if len(ready) == 0 {
		return false
	}
	i := ready[t.rng.IntN(len(ready))]
	e := side(t.talk[i])
	n := len(t.talk[i].Text) - t.sent[i]
	if t.v.Largest > 0 {
		n = min(n, 1+t.rng.IntN(t.v.Largest))
	}
	b := []byte(t.talk[i].Text[t.sent[i]:][:n])
	from := len(t.said[e])
	t.sent[i] += n
	t.said[e] = append(t.said[e], b...)
	t.emit(e, ACK, t.v.ISN[e]+uint32(from), b)
	if t.rng.IntN(3) == 0 {
		t.emit(1-e, ACK, t.v.ISN[1-e]+uint32(len(t.said[1-e])), nil)
	}
	if t.resent < t.v.Resends && t.rng.IntN(3) == 0 {
		t.resent++
		a := t.rng.IntN(len(t.said[e]))
		z := a + 1 + t.rng.IntN(len(t.said[e])-a)
		t.emit(e, ACK, t.v.ISN[e]+uint32(a), slices.Clone(t.said[e][a:z]))
	}
	return true
}

// may reports whether step i may be said: its end has said all before it, and
// heard what it waits for.
func (t *talker) may(i int) bool {
	for j := range i {
		if t.talk[j].FromClient == t.talk[i].FromClient && t.sent[j] < len(t.talk[j].Text) {
			return false
		}
	}
	after := t.talk[i].After
	return after < 0 || t.sent[after] == len(t.talk[after].Text)
}

// side is 0 for the client, 1 for the server.
func side(s Step) int {
	if s.FromClient {
		return 0
	}
	return 1
}

func (t *talker) emit(e int, flags uint8, seq uint32, b []byte) {
	t.now += 1000 + int64(t.rng.IntN(100_000))
	s := Segment{Time: t.now, Src: t.addr[e], Dst: t.addr[1-e], Seq: seq, Flags: flags, Window: 60_000, Payload: b, TTL: 64, IPID: uint16(len(t.segs) * 7)}
	if flags&ACK != 0 {
		s.Ack = t.v.ISN[1-e] + uint32(len(t.said[1-e]))
		if t.over[1-e] {
			s.Ack++
		}
	}
	t.segs = append(t.segs, s)
}

// shuffleAlike permutes neighbours from one end that acknowledge the same:
// whichever way a network brings those, no effect comes before its cause.
func shuffleAlike(segs []Segment, rng *rand.Rand) {
	for i := 0; i < len(segs); {
		j := i + 1
		for j < len(segs) && segs[j].Src == segs[i].Src && segs[j].Ack == segs[i].Ack && (segs[j].Flags|segs[i].Flags)&SYN == 0 {
			j++
		}
		run := segs[i:j]
		rng.Shuffle(len(run), func(a, b int) {
			run[a], run[b] = run[b], run[a]
			run[a].Time, run[b].Time = run[b].Time, run[a].Time
		})
		i = j
	}
}
