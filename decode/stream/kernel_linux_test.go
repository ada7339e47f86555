package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/tuntest"
	"spaniel/internal/wiretest"
)

// kernel is a listening socket of this machine's kernel and what the table
// makes of the packets to and from it.
type kernel struct {
	t      *testing.T
	net    *tuntest.Net
	listen int
	host   netip.AddrPort
	peer   netip.Addr
	port   uint16
	// Of the connection under way.
	rig   *rig
	dec   *frame.Decoder
	led   event.Ledger
	isn   uint32
	next  uint32 // what we acknowledge
	stamp uint32 // of the timestamps option, 0 without
}

func openKernel(t *testing.T, v6 bool) *kernel {
	t.Helper()
	k := &kernel{t: t, net: tuntest.Open(t), host: netip.AddrPortFrom(tuntest.Host4, 80), peer: tuntest.Peer4, port: 10_000}
	family, self := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Port: 80})
	if v6 {
		k.net.Up6()
		k.host, k.peer = netip.AddrPortFrom(tuntest.Host6, 80), tuntest.Peer6
		family, self = unix.AF_INET6, &unix.SockaddrInet6{Port: 80}
	}
	var err error
	if k.listen, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Close(k.listen); err != nil {
			t.Error(err)
		}
	})
	// A full buffer would drop segments by the memory they take.
	if err := unix.SetsockoptInt(k.listen, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 4<<20); err != nil {
		t.Skipf("asking the kernel needs CAP_NET_ADMIN: %v", err)
	}
	if err := errors.Join(unix.Bind(k.listen, self), unix.Listen(k.listen, 8)); err != nil {
		t.Fatal(err)
	}
	return k
}

// feed shows the table a packet.
func (k *kernel) feed(ip []byte) (p frame.Packet) {
	r := k.rig
	r.frame++
	r.clock += int64(r.step)
	f := event.Frame{Number: r.frame, Time: r.clock, Clock: r.clock, Length: len(ip), Link: wiretest.LinkRaw, Data: ip}
	if fate := k.dec.Decode(&f, &p); fate == event.FrameStream {
		r.push(&p)
	}
	return p
}

// send sends one segment and shows the table it and the kernel's answers; the
// last of them is returned. The options are those of every segment.
func (k *kernel) send(s wiretest.Segment) (answer frame.Packet) {
	s.Src, s.Dst, s.TTL, s.IPID = netip.AddrPortFrom(k.peer, k.port), k.host, 64, uint16(k.rig.frame)
	if s.Window == 0 {
		s.Window = 0xffff
	}
	ip := s.IP()
	k.net.Write(ip)
	k.feed(ip)
	for b := k.net.Read(); b != nil; b = k.net.Read() {
		if b[0]>>4 == 4 && b[9] != unix.IPPROTO_TCP || b[0]>>4 == 6 && b[6] != unix.IPPROTO_TCP {
			continue // the device's own multicast
		}
		if p := k.feed(b); p.Src == k.host && p.Dst.Port() == k.port {
			answer = p
		}
	}
	return answer
}

// timestamps is the option with our clock moved on by off.
func (k *kernel) timestamps(off int32) []byte {
	if k.stamp == 0 {
		return nil
	}
	k.stamp++
	b := binary.BigEndian.AppendUint32([]byte{1, 1, 8, 10}, k.stamp+uint32(off))
	return binary.BigEndian.AppendUint32(b, 0)
}

// connect opens a connection and returns the kernel's socket.
func (k *kernel) connect(isn uint32, withTimestamps bool) (socket int) {
	k.t.Helper()
	k.port++
	k.rig, k.isn, k.stamp = newRig(k.t, nil), isn, 0
	k.dec = frame.New(frame.Config{KeepDuplicates: true}, &k.led, nil)
	options := []byte{2, 4, 5, 180, 1, 3, 3, 7}
	if withTimestamps {
		k.stamp = 100_000
		options = append(options, k.timestamps(0)...)
	}
	synAck := k.send(wiretest.Segment{Seq: isn - 1, Flags: wiretest.SYN, Options: options})
	if !synAck.Has(frame.SYN) {
		k.t.Fatalf("no SYN/ACK: %+v", synAck)
	}
	k.next = synAck.Seq + 1
	k.send(wiretest.Segment{Seq: isn, Ack: k.next, Flags: wiretest.ACK, Options: k.timestamps(0)})
	socket, _, err := unix.Accept4(k.listen, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		k.t.Fatal(err)
	}
	return socket
}

// finish returns what the process reads: '|' is the end, '!' a reset.
func (k *kernel) finish(socket int) string {
	var out strings.Builder
	b := make([]byte, 1<<16)
	for reading := true; reading; {
		n, err := unix.Read(socket, b)
		switch {
		case errors.Is(err, unix.EAGAIN):
			reading = false
		case err != nil:
			out.WriteByte('!')
			reading = false
		case n == 0:
			out.WriteByte('|')
			reading = false
		default:
			out.Write(b[:n])
		}
	}
	err := errors.Join(unix.SetsockoptLinger(socket, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}), unix.Close(socket))
	if err != nil {
		k.t.Fatal(err)
	}
	for k.net.Read() != nil { // the RST of a close with linger
	}
	return out.String()
}

// ours is what the table delivered so far, written alike.
func (k *kernel) ours() (out string) {
	for _, c := range k.rig.conns {
		out += c.got[event.ToServer].String()
	}
	for _, f := range k.rig.flows {
		if f.Ended == endRST {
			out = strings.TrimSuffix(out, "|") + "!"
		}
	}
	return out
}

// game is what a script does beside sending its text: what an attacker tries
// so that a sensor reads something else than the host.
type game struct {
	name string
	make func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment
}

// games lists them; each hits before, at or behind what the host has.
var games = []game{
	{"rst anywhere", func(k *kernel, g *rand.Rand, n int, _ string) wiretest.Segment {
		return wiretest.Segment{Seq: k.isn + uint32(g.IntN(2*n)) - uint32(n/2), Ack: k.next, Flags: wiretest.RST | wiretest.ACK*uint8(g.IntN(2))}
	}},
	{"rst far", func(k *kernel, g *rand.Rand, n int, _ string) wiretest.Segment {
		return wiretest.Segment{Seq: k.isn + g.Uint32(), Ack: k.next, Flags: wiretest.RST}
	}},
	{"fin anywhere", func(k *kernel, g *rand.Rand, n int, _ string) wiretest.Segment {
		return wiretest.Segment{Seq: k.isn + uint32(g.IntN(2*n)) - uint32(n/2), Ack: k.next, Flags: wiretest.FIN | wiretest.ACK}
	}},
	{"syn in the window", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		return wiretest.Segment{Seq: k.isn + uint32(g.IntN(n)), Ack: k.next, Flags: wiretest.SYN | wiretest.ACK*uint8(g.IntN(2)), Payload: []byte(text[:g.IntN(n)])}
	}},
	{"no ack", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Payload: []byte(text[p : p+1+g.IntN(n-p)])}
	}},
	{"ack of what was never sent", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Ack: k.next + 1 + g.Uint32N(1<<20), Flags: wiretest.ACK, Payload: []byte(text[p : p+1+g.IntN(n-p)])}
	}},
	{"ack from long ago", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Ack: k.next - 1<<30, Flags: wiretest.ACK, Payload: []byte(text[p : p+1+g.IntN(n-p)])}
	}},
	{"timestamp from before", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Ack: k.next, Flags: wiretest.ACK, Options: k.timestamps(-5000), Payload: []byte(text[p : p+1+g.IntN(n-p)])}
	}},
	{"beyond the window", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		return wiretest.Segment{Seq: k.isn + 16<<20 + uint32(g.IntN(n)), Ack: k.next, Flags: wiretest.ACK, Payload: []byte(text[:1+g.IntN(n)])}
	}},
	{"keep-alive with another byte", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Ack: k.next, Flags: wiretest.ACK, Payload: []byte(text[p : p+1])}
	}},
	{"urgent", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Ack: k.next, Flags: wiretest.ACK | wiretest.URG, Urgent: uint16(1 + g.IntN(n)), Payload: []byte(text[p : p+1+g.IntN(n-p)])}
	}},
	{"flags that no host sends", func(k *kernel, g *rand.Rand, n int, text string) wiretest.Segment {
		p := g.IntN(n)
		return wiretest.Segment{Seq: k.isn + uint32(p), Ack: k.next, Flags: []uint8{0, wiretest.SYN | wiretest.FIN, wiretest.RST | wiretest.FIN | wiretest.ACK,
			wiretest.FIN, wiretest.PSH, 0x3f}[g.IntN(6)], Payload: []byte(text[p : p+1+g.IntN(n-p)])}
	}},
}

// segment makes o a segment of one of two texts.
func (k *kernel) segment(o op, texts [2]string) wiretest.Segment {
	s := wiretest.Segment{Seq: k.isn + uint32(o.pos), Ack: k.next, Flags: wiretest.ACK, Payload: []byte(texts[0][o.pos:][:o.n]), Options: k.timestamps(0)}
	if o.other {
		s.Payload = []byte(texts[1][o.pos:][:o.n])
	}
	if o.fin {
		s.Flags |= wiretest.FIN
	}
	return s
}

// TestReadsAsThisKernelDoes sends scripts of segments to a socket. Where they
// agree with each other, what the table delivers is what read() gave, and
// nothing is odd; where they contradict each other, or play games, it is that
// or something is said to be odd.
func TestReadsAsThisKernelDoes(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(fmt.Sprint("v6=", v6), func(t *testing.T) {
			k := openKernel(t, v6)
			plain := k.ask(1, 1000, false, false)
			conflicts := k.ask(2, 1000, true, false)
			played := k.ask(3, 2000, true, true)
			t.Logf("read otherwise: %d of 1000 that agree, %d of 1000 that contradict themselves, %d of 2000 with games", plain, conflicts, played)
			if plain > 0 || conflicts > 250 {
				t.Errorf("%d and %d scripts are read otherwise", plain, conflicts)
			}
		})
	}
}

// ask plays scripts and returns how many the kernel reads otherwise.
func (k *kernel) ask(stream uint64, scripts int, conflict, play bool) (differ int) {
	for seed := range uint64(scripts) {
		g := rand.New(rand.NewPCG(seed, stream))
		n := 1 + g.IntN(120)
		tx := texts(g, n)
		socket := k.connect(isns[g.IntN(len(isns))]-uint32(g.IntN(2*n)), g.IntN(2) == 0)
		var log []string
		send := func(name string, s wiretest.Segment) {
			log = append(log, fmt.Sprintf("%s flags %#x at %d %q", name, s.Flags, int32(s.Seq-k.isn), s.Payload))
			k.send(s)
		}
		for _, o := range script(g, n, conflict) {
			if play && g.IntN(4) == 0 {
				game := games[g.IntN(len(games))]
				s := game.make(k, g, n, tx[1])
				if s.Options == nil && s.Flags&wiretest.SYN == 0 {
					s.Options = k.timestamps(0)
				}
				send(game.name, s)
			}
			send("segment", k.segment(o, tx))
		}
		notes, ours := k.rig.notes(), k.ours()
		theirs := k.finish(socket)
		same := ours == theirs
		if read, reset := strings.CutSuffix(theirs, "!"); reset { // what waited at the reset we show, behind its gap
			rest, ok := strings.CutPrefix(ours, read)
			same = ok && (rest == "!" || strings.HasPrefix(rest, "<"))
		}
		if !same {
			differ++
		}
		if !same && notes == "" || !conflict && notes != "" {
			k.t.Errorf("script %d of %d:\n%s\nanomalies %q\n got %q\nread %q", seed, stream, strings.Join(log, "\n"), notes, ours, theirs)
		}
	}
	return differ
}
