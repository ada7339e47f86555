package stream

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

func TestOverlapPolicy(t *testing.T) {
	for _, c := range []struct {
		name, first, second string
		at1, at2            uint32
		want                string
	}{
		{"same start, equal length: first", "AAA", "BBB", 2, 2, "__AAA"},
		{"same start, new longer: new", "AAA", "BBBB", 2, 2, "__BBBB"},
		{"same start, new shorter: old", "AAA", "BB", 2, 2, "__AAA"},
		{"new starts earlier: new for its part", "AAA", "BBB", 3, 2, "__BBBA"},
		{"new starts earlier and covers: new", "AA", "BBBB", 3, 2, "__BBBB"},
		{"new starts later: old for its part", "AAA", "BBB", 2, 3, "__AAAB"},
		{"new within old: old", "AAAA", "BB", 2, 3, "__AAAA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			r.send(true, ".", 100+c.at1, 200, c.first)
			r.send(true, ".", 100+c.at2, 200, c.second)
			r.send(true, ".", 100, 200, "__")
			r.close()
			r.want(0, c.want, "")
			r.wantNotes(noteOverlap)
		})
	}
}

func TestDeliveredStaysAndConflictIsTold(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "GET /good")
	r.send(true, ".", 105, 200, "evil HTTP")
	r.want(0, "GET /good HTTP", "")
	r.wantNotes(noteOverlap)
	r.send(false, ".", 200, 114, "") // acknowledged: no host can take other bytes now
	r.send(true, ".", 100, 200, "PUT")
	r.wantNotes(noteOverlap)
	r.close()
}

func TestRetransmissionsAreSilent(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	for range 3 {
		r.send(true, ".", 100, 200, "abcdef")
		r.send(true, ".", 102, 200, "cdefgh"[:4])
	}
	r.close()
	r.want(0, "abcdef", "")
	r.wantNotes("")
	if r.led.Stream[event.ByteOverlap] != 24 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestRSTBySequence(t *testing.T) {
	for _, c := range []struct {
		name   string
		client bool
		fl     string
		seq    uint32
		ended  string
		notes  string
	}{
		{"exact", true, "R", 103, "rst", ""},
		{"exact from server", false, "R.", 200, "rst", ""},
		{"old", true, "R", 100, "end", noteRST},
		{"in window", true, "R", 150, "end", noteRST},
		{"far", true, "R", 103 + 1<<30, "end", noteRST},
		{"SYN's number", true, "R", 99, "end", noteRST},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open(99, 199)
			r.send(true, ".", 100, 200, "abc")
			r.send(c.client, c.fl, c.seq, 103, "")
			r.close()
			r.want(0, "abc", "")
			r.wantEnded(c.ended)
			r.wantNotes(c.notes)
		})
	}
}

func TestRSTWithDataIsNoData(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, "R", 103, 200, "bye")
	r.close()
	r.want(0, "abc", "")
	if r.led.Stream[event.ByteBeyond] != 3 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestDataAfterRSTThatNobodyBelieved(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, "R", 103, 200, "")
	r.send(true, ".", 103, 200, "def")
	r.send(false, ".", 200, 106, "ok")
	r.close()
	r.want(0, "abc", "")
	r.want(1, "<0>def", "<0>ok")
	r.wantEnded("rst", "end")

	r = newRig(t, nil) // a forged RST in a download
	r.open(99, 199)
	r.send(false, ".", 200, 100, "abc")
	r.send(true, "R", 100, 0, "")
	r.send(true, ".", 100, 203, "")
	r.send(false, ".", 203, 100, "def")
	r.close()
	r.want(1, "", "<0>def")
}

func TestRefusedConnection(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(false, "R.", 0, 55, "") // acknowledges nothing that was sent
	r.wantEnded()
	r.send(false, "R.", 0, 100, "")
	r.wantEnded("rst")
	r.close()
	r.wantNotes(noteRST)

	r = newRig(t, nil) // with payload in the SYN
	r.send(true, "S", 99, 0, "abc")
	r.send(false, "R.", 0, 103, "")
	r.close()
	r.wantEnded("rst")
	r.wantNotes("")
	if len(r.conns) != 0 || r.led.Stream[event.ByteBeyond] != 3 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestFINBySequence(t *testing.T) {
	t.Run("with the last data", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 103, 200, "def")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abcdef|", "")
	})
	t.Run("data after it", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, ".", 103, 200, "def")
		r.close()
		r.want(0, "abc|", "")
		r.wantNotes(noteAfterFIN)
		if r.led.Stream[event.ByteBeyond] != 3 {
			t.Errorf("ledger %+v", r.led)
		}
	})
	t.Run("too early, data in its place", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 103, 200, "")
		r.send(true, ".", 100, 200, "abcdef")
		r.send(true, "F.", 106, 200, "")
		r.close()
		r.want(0, "abcdef|", "")
		r.wantNotes(noteFIN)
	})
	t.Run("on a waiting byte", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 103, 200, "def")
		r.send(true, "F.", 104, 200, "")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abcdef", "")
		r.wantNotes(noteFIN)
	})
	t.Run("sent again", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, "F.", 100, 200, "abc")
		r.send(true, "F.", 103, 200, "")
		r.close()
		r.want(0, "abc|", "")
		r.wantNotes("")
	})
	t.Run("one side goes on", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, "F.", 100, 200, "abc")
		r.send(false, ".", 200, 104, "ABC")
		r.send(false, "F.", 203, 104, "DEF")
		r.wantEnded("fin")
		r.want(0, "abc|", "ABCDEF|")
		r.send(true, ".", 104, 207, "") // the last acknowledgement makes no flow
		r.close()
		r.wantEnded("fin")
	})
	t.Run("with SYN", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "SF", 99, 0, "")
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.close()
		r.want(0, "abc", "")
	})
	t.Run("lost bytes before it, acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, "F.", 110, 200, "")
		r.send(false, ".", 200, 111, "")
		r.want(0, "abc<7>|", "")
		r.close()
	})
}

func TestHandshakeOddities(t *testing.T) {
	t.Run("split handshake", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, ".", 5, 100, "") // RFC 793 lets a server acknowledge first
		r.send(false, "S", 199, 0, "")
		r.send(true, "S.", 99, 200, "")
		r.send(false, ".", 200, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
		if f := r.flows[0]; f.Client != clientAddr {
			t.Errorf("client is %v", f.Client)
		}
	})
	t.Run("SYN/ACK with a wrong acknowledgement", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(false, "S.", 777, 55, "")
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
		r.wantNotes(noteSYN)
	})
	t.Run("SYN in an established connection", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, "S", 101, 0, "")
		r.send(true, ".", 103, 200, "def")
		r.close()
		r.want(0, "abcdef", "")
		r.wantEnded("end")
	})
	t.Run("SYN was missed", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABC")
	})
	t.Run("SYN/ACK was missed", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "")
		r.send(true, ".", 100, 200, "abc")
		r.send(false, ".", 203, 103, "DEF")
		r.send(false, ".", 200, 103, "ABC")
		r.close()
		r.want(0, "abc", "ABCDEF")
	})
}

func TestSYNData(t *testing.T) {
	t.Run("taken", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "abc")
		r.send(true, "S", 99, 0, "abc")
		r.send(false, "S.", 199, 103, "ABC")
		r.send(true, ".", 103, 203, "def")
		r.close()
		r.want(0, "abcdef", "ABC")
		r.wantNotes("")
	})
	t.Run("refused and sent again", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "evil")
		r.send(false, "S.", 199, 100, "")
		r.send(true, ".", 100, 200, "good")
		r.close()
		r.want(0, "good", "")
		r.wantNotes(noteSynData)
	})
	t.Run("one-sided", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(true, "S", 99, 0, "abc")
		r.send(true, ".", 103, 200, "def")
		r.wait(6 * time.Second)
		r.table.Advance(r.clock)
		r.want(0, "abcdef", "")
		r.close()
	})
}

func TestMidstreamRoles(t *testing.T) {
	role := func(b []byte) (bool, bool) {
		return strings.HasPrefix(string(b), "GET"), strings.HasPrefix(string(b), "HTTP")
	}
	t.Run("a request settles it against the ports", func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Role = role })
		p := r.packet(true, ".", 1, 2, "GET /")
		p.Src, p.Dst = serverAddr, clientAddr
		r.push(&p)
		r.close()
		if r.flows[0].Client != serverAddr {
			t.Errorf("client is %v", r.flows[0].Client)
		}
		r.want(0, "<0>GET /", "")
	})
	t.Run("a later response settles it", func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.Role = role })
		r.send(true, ".", 1, 2, "half of something")
		r.send(true, ".", 18, 2, "HTTP/1.1 200 OK")
		r.close()
		r.want(1, "", "<0>HTTP/1.1 200 OK")
		r.wantEnded("reused", "end")
	})
	t.Run("ports", func(t *testing.T) {
		r := newRig(t, nil)
		r.send(false, ".", 1, 2, "abc")
		r.close()
		if r.flows[0].Client != clientAddr {
			t.Errorf("client is %v", r.flows[0].Client)
		}
	})
}

func TestOneSided(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 106, 200, "ghi")
	r.wait(10 * time.Second) // nobody will acknowledge or fill the hole
	r.send(true, "F.", 109, 200, "jkl")
	r.want(0, "abc<3>ghijkl|", "")
	r.close()
	if f := r.flows[0].Flags; f != event.FlagOneSided|event.FlagGap {
		t.Errorf("flags %v", f.Append(nil))
	}
}

func TestReuseSeenFromOneSide(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(true, ".", 100, 200, "one")
	r.send(true, "S", 7000, 0, "")
	r.send(true, ".", 7001, 900, "two")
	r.close()
	r.want(0, "one", "")
	r.want(1, "two", "")
	r.wantEnded("reused", "end")
}

func TestAckOfAHoleClosesIt(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 106, 200, "ghi")
	r.send(true, ".", 112, 200, "mno")
	r.send(false, ".", 200, 103, "") // before the hole
	r.send(false, ".", 200, 105, "") // within it
	r.want(0, "abc", "")
	r.send(false, ".", 200, 109, "") // beyond the first
	r.want(0, "abc<3>ghi", "")
	r.send(false, ".", 200, 115, "")
	r.want(0, "abc<3>ghi<3>mno", "")
	r.send(true, ".", 103, 200, "def") // too late
	r.close()
	r.want(0, "abc<3>ghi<3>mno", "")
	if r.led.Gaps != 2 || r.led.GapBytes != 6 || r.flows[0].Gaps[0] != 6 || len(r.losses) != 2 {
		t.Errorf("ledger %+v losses %+v", r.led, r.losses)
	}
}

func TestAckOfUnseenDataClosesTheHoleBehindIt(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 106, "ABC") // something we missed was answered
	r.want(0, "abc", "ABC")
	r.send(true, ".", 106, 203, "ghi")
	r.want(0, "abc<3>ghi", "ABC")
	r.send(false, ".", 203, 1<<31+100, "") // a lie
	r.send(true, ".", 112, 203, "mno")
	r.want(0, "abc<3>ghi", "ABC")
	r.close()
	r.want(0, "abc<3>ghi<3>mno", "ABC")
}

func TestLostTailIsToldAtTheEnd(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 113, "ok")
	r.close()
	r.want(0, "abc<10>", "ok")
}

func TestKeepAliveAndProbes(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 102, 200, "\x00") // a keep-alive probe with a byte
	r.send(true, ".", 102, 200, "")
	r.send(false, ".", 199, 103, "\x00")
	r.send(true, ".", 103, 200, "d") // zero window probe: taken if there is room
	r.send(true, ".", 103, 200, "d")
	r.close()
	r.want(0, "abcd", "")
	r.wantNotes("")

	r = newRig(t, nil) // on a connection never seen
	r.send(true, ".", 102, 200, "\x00")
	r.send(true, ".", 103, 200, "abc")
	r.close()
	r.want(0, "<0>abc", "")
}

func TestUrgentByteIsTakenOut(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	p := r.packet(true, "U.", 100, 200, "se!lect")
	p.Urgent = 3
	r.push(&p)
	r.close()
	r.want(0, "select", "")
	r.wantNotes(noteUrgent)
}

func TestOldTimestampIsIgnored(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	send := func(ts, seq uint32, data string) {
		p := r.packet(true, ".", seq, 200, data)
		p.HasTS, p.TSVal = true, ts
		r.push(&p)
	}
	send(1000, 100, "abc")
	send(900, 103, "BAD")
	send(900, 100, "abc") // a late copy of the first is nothing new
	send(1001, 103, "def")
	r.close()
	r.want(0, "abcdef", "")
	r.wantNotes(noteTimestamp)
}

func TestFarSegments(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(true, ".", 100+5<<20, 200, "stray")
	r.send(true, ".", 103, 200, "def")
	r.want(0, "abcdef", "")
	r.send(true, ".", 100+9<<20, 200, "one")
	r.wantNotes(noteBeyond)
	r.send(true, ".", 103+9<<20, 200, "two") // goes on: the mirror lost nine megabytes
	r.want(0, fmt.Sprintf("abcdef<%d>onetwo", 9<<20-6), "")
	r.close()
	if !r.flows[0].Flags.Has(event.FlagCapped | event.FlagGap) {
		t.Error("no mark on the flow")
	}
}

func TestFarSegmentAlone(t *testing.T) {
	t.Run("acknowledged", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100+9<<20, 200, "one")
		r.send(false, ".", 200, 103+9<<20, "")
		r.want(0, fmt.Sprintf("<%d>one", 9<<20), "")
		r.close()
	})
	t.Run("nothing came instead", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, ".", 103+9<<20, 200, "one")
		r.wait(6 * time.Second)
		r.table.Advance(r.clock)
		r.want(0, fmt.Sprintf("abc<%d>one", 9<<20), "")
		r.close()
	})
	t.Run("the stream went on without it", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		r.send(true, ".", 100, 200, "abc")
		r.send(true, ".", 103+9<<20, 200, "one")
		r.send(true, "F.", 103, 200, "def")
		r.close()
		r.want(0, "abcdef|", "")
		r.wantNotes(noteBeyond)
	})
}

func TestRSTBySomebodyOnlyAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	r.send(false, ".", 200, 103, "ABC")
	r.send(true, "R", 100, 0, "")
	r.wantEnded()
	r.send(true, "R", 103, 0, "")
	r.wantEnded("rst")
	r.send(false, ".", 203, 103, "DEF") // was on its way
	r.close()
	r.wantEnded("rst")
	r.wantNotes(noteRST)
}

func TestOldConnectionAnswersTheSYN(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.send(false, ".", 55, 860578523, "") // of a connection before this one
	r.send(true, "R", 860578523, 0, "")   // which the client resets
	r.send(true, "S", 99, 0, "")
	r.send(false, "S.", 199, 100, "")
	r.send(true, ".", 100, 200, "abc")
	r.close()
	r.want(0, "abc", "")
	if r.led.Gaps != 0 || len(r.flows) != 1 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestFarSegmentAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.send(false, ".", 200, 100+9<<20, "")
	r.send(true, ".", 100+9<<20, 200, "one")
	r.close()
	r.want(0, fmt.Sprintf("abc<%d>one", 9<<20-3), "")
}

func TestWindowFullClosesTheHole(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	seg := strings.Repeat("x", 1024)
	for i := range uint32(1100) {
		r.send(true, ".", 200+i*1024, 200, seg)
	}
	r.close()
	r.want(0, "<100>"+strings.Repeat(seg, 1100), "")
	if r.table.Stats.HolesCapped != 1 || r.losses[0].Reason != lossCapped || r.losses[0].Bytes != 100 {
		t.Errorf("stats %+v losses %+v", r.table.Stats, r.losses)
	}
}

func TestBufferFullClosesTheOldestHole(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Buffer = 20 * pageCost })
	seg := strings.Repeat("x", 1400)
	for i := range uint16(30) {
		for k, seq := range []uint32{1000, 3000} {
			p := r.packet(true, ".", seq, 1, seg)
			p.Src = netipPort(40000 + i)
			if k == 0 {
				p.Flags = flags("S")
				p.Payload, p.WireLen = nil, 0
			}
			r.push(&p)
		}
	}
	if r.table.Stats.HolesCapped == 0 {
		t.Error("no hole was closed")
	}
	r.close()
	for i, c := range r.conns {
		if got := c.got[0].String(); got != "<1999>"+seg {
			t.Errorf("conn %d: %.40q", i, got)
		}
	}
	if r.led.Stream[event.ByteDelivered] != 30*1400 {
		t.Errorf("ledger %+v", r.led)
	}
}

func TestNoRoomAtAll(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Buffer = 0 })
	r.open(99, 199)
	r.send(true, ".", 103, 200, "def")
	r.send(true, ".", 100, 200, "abc")
	r.close()
	r.want(0, "abc", "")
	if r.led.Stream[event.ByteCapped] != 3 || r.losses[0].Reason != lossCapped || !r.flows[0].Flags.Has(event.FlagCapped) {
		t.Errorf("ledger %+v losses %+v", r.led, r.losses)
	}
}

func TestTruncatedPackets(t *testing.T) {
	cut := func(r *rig, fl string, seq uint32, data string, wire int) {
		p := r.packet(true, fl, seq, 200, data)
		p.WireLen = wire
		r.push(&p)
	}
	t.Run("in order", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 100, "abc", 10)
		cut(r, "F.", 110, "def", 5)
		r.close()
		r.want(0, "abc<7>def<2>|", "")
		if f := r.flows[0]; !f.Flags.Has(event.FlagTruncated) || f.Gaps[0] != 9 || len(r.losses) != 1 ||
			r.losses[0].Reason != lossTruncated || r.losses[0].Packets != 2 || r.losses[0].Bytes != 9 {
			t.Errorf("flow %+v losses %+v", f, r.losses)
		}
	})
	t.Run("out of order", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 110, "def", 5)
		cut(r, ".", 115, "ghi", 3)
		cut(r, ".", 100, "abc", 10)
		r.want(0, "abc<7>def<2>ghi", "")
		r.close()
	})
	t.Run("filled by another", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 105, "fghij", 5)
		cut(r, ".", 100, "abc", 10)
		r.close()
		r.want(0, "abc<2>fghij", "")
	})
	t.Run("headers only", func(t *testing.T) {
		r := newRig(t, nil)
		r.open(99, 199)
		cut(r, ".", 100, "", 10)
		cut(r, ".", 110, "", 10)
		r.close()
		r.want(0, "<10><10>", "")
	})
}

func TestNothingIsMadeByAcksAndEnds(t *testing.T) {
	r := newRig(t, nil)
	for _, fl := range []string{".", "R", "R.", "F.", "F", "P."} {
		r.send(true, fl, 5, 6, "")
	}
	r.close()
	if r.led.Flows != 0 {
		t.Errorf("%d flows", r.led.Flows)
	}
}

func TestIdleEnds(t *testing.T) {
	r := newRig(t, nil)
	r.send(true, "S", 99, 0, "")
	r.wait(31 * time.Second)
	r.table.Advance(r.clock)
	r.wantEnded("idle")
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	r.wait(5*time.Minute - 2*time.Millisecond)
	r.table.Advance(r.clock)
	r.wantEnded("idle")
	r.send(true, ".", 103, 200, "def") // a nick of time before
	r.wait(5 * time.Minute)
	r.table.Advance(r.clock)
	r.wantEnded("idle", "idle")
	r.want(0, "abcdef", "")
	r.send(true, ".", 106, 200, "ghi") // goes on as a new flow
	r.close()
	r.want(1, "<0>ghi", "")
}

func TestEvictionPrefersUnanswered(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Flows = 10 })
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	for i := range uint32(10_000) {
		p := r.packet(true, "S", i, 0, "")
		p.Src = netipPort(uint16(i%30_000 + 1))
		r.push(&p)
	}
	r.send(true, ".", 103, 200, "def")
	r.close()
	r.want(0, "abcdef", "")
	if r.table.Stats.Evicted == 0 || r.flows[0].Ended != endEvicted || !r.flows[0].Flags.Has(event.FlagCapped) {
		t.Errorf("stats %+v", r.table.Stats)
	}
}

func TestEvictionOfTheIdlest(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Flows = 3 })
	data := func(port uint16, seq uint32) {
		p := r.packet(true, ".", seq, 1, "x")
		p.Src = netipPort(port)
		r.push(&p)
	}
	data(1, 1)
	data(2, 1)
	data(3, 1)
	data(1, 2)
	data(4, 1)
	if r.flows[0].Client.Port() != 2 || len(r.flows) != 1 {
		t.Errorf("evicted %+v", r.flows)
	}
	r.close()
}

func TestClockJumps(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, ".", 100, 200, "abc")
	p := r.packet(true, ".", 103, 200, "def")
	p.Stamp.Time = 0 // a timestamp from 1970; the clock does not go back
	r.push(&p)
	r.close()
	r.want(0, "abcdef", "")
	if f := r.flows[0]; f.Last < f.First {
		t.Errorf("flow %+v", f)
	}
}

func TestLandAttack(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct{ fl, data string }{{"S", ""}, {".", "abc"}, {".", "def"}, {"F.", ""}, {"R", ""}} {
		p := r.packet(true, c.fl, 7, 7, c.data)
		p.Dst = p.Src
		r.push(&p)
	}
	r.close()
	if r.led.Flows != 1 {
		t.Errorf("%d flows", r.led.Flows)
	}
}

func TestTenantsStayApart(t *testing.T) {
	r := newRig(t, nil)
	for i := range 4 {
		p := r.packet(true, ".", 1, 1, fmt.Sprint(i))
		p.VLAN, p.VNI = uint16(i%2), uint32(i/2)
		r.push(&p)
	}
	r.close()
	if len(r.conns) != 4 {
		t.Errorf("%d flows", len(r.conns))
	}
}

func TestLateRetransmissionMakesNoFlow(t *testing.T) {
	r := newRig(t, nil)
	r.open(99, 199)
	r.send(true, "F.", 100, 200, "abc")
	r.send(false, "F.", 200, 104, "ABC")
	r.send(true, "F.", 100, 200, "abc")
	r.send(true, ".", 104, 204, "")
	r.send(false, "S.", 199, 100, "")
	r.wantEnded("fin")
	if r.led.Flows != 1 || r.led.Stream[event.ByteOverlap] != 3 {
		t.Errorf("ledger %+v", r.led)
	}
	r.open(5000, 6000) // the same ports again
	r.send(true, ".", 5001, 6001, "new")
	r.close()
	r.want(1, "new", "")
}
