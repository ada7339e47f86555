// Package traffic makes the captures of the benchmark, as a mirror would
// deliver them, and beside each the truth: every call that is in it. The same
// seed gives the same bytes.
package traffic

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/klauspost/compress/gzip"
)

// Kind is what a capture holds.
type Kind string

// The kinds: calls of a JSON API on connections that stay open, connections of
// one call each, and downloads of 1 to 10 MiB.
const (
	KeepAlive Kind = "keepalive"
	Short     Kind = "short"
	Large     Kind = "large"
)

// Config of the traffic. Rates are out of 1,000.
type Config struct {
	Kind                           Kind
	Seed                           uint64
	Packets                        int // about so many; 0 is no bound
	Conns                          int // so many connections; 0 is no bound
	Live                           int // connections open at a time
	CallsPerConn                   int // mean
	Lost, Swapped, Resent, Attacks int // per 1,000 segments, or calls
}

// Truth sums up what is in a capture.
type Truth struct {
	Packets, Bytes, Calls, Attacks, Conns, Lost int
}

// A workload begins connections and plays them a part at a time. play reports
// whether the connection ended with that part.
type workload struct {
	open func(*conn)
	play func(*conn) (ended bool)
}

type maker struct {
	cfg   Config
	rnd   *rand.Rand
	w     io.Writer
	calls *bufio.Writer
	sum   Truth
	clock int64 // ns since 1970
	err   error
	queue [][]byte // frames of the part under way, in order
	zip   *gzip.Writer
	block []byte // what downloads are cut from
}

// conn is one connection under way.
type conn struct {
	client, server uint32
	port           uint16
	seq            [2]uint32
	left           int // calls still to make
	depth          int // calls made
	load           *load
}

// Write writes the capture as classic pcap to w and its truth to calls, a Call
// a line, and returns the sums.
func Write(w, calls io.Writer, cfg Config) (Truth, error) {
	m := &maker{cfg: cfg, rnd: rand.New(rand.NewPCG(cfg.Seed, 1)), w: w, calls: bufio.NewWriter(calls), clock: 1763800000e9, zip: gzip.NewWriter(nil)}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d) // nanoseconds
	head = append(head, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	m.put(head)
	load, ok := map[Kind]workload{
		KeepAlive: {m.openAPI, m.playAPI},
		Short:     {m.openShort, m.playAPI},
		Large:     {m.openLarge, m.playLarge},
	}[cfg.Kind]
	if !ok {
		return Truth{}, fmt.Errorf("making traffic: there is no kind %q", cfg.Kind)
	}
	m.run(load)
	if err := m.calls.Flush(); m.err == nil {
		m.err = err
	}
	return m.sum, m.err
}

// run plays the live connections in random order until there is enough.
func (m *maker) run(load workload) {
	live := make([]*conn, m.cfg.Live)
	open := 0
	for m.err == nil {
		i := m.rnd.IntN(len(live))
		if live[i] == nil {
			if m.enough() {
				if open == 0 {
					return
				}
				continue
			}
			live[i] = m.connect(i)
			load.open(live[i])
			m.handshake(live[i])
			open++
			continue
		}
		if load.play(live[i]) {
			m.goodbye(live[i])
			live[i] = nil
			open--
		} else if m.cfg.Kind == KeepAlive && m.enough() {
			m.goodbye(live[i]) // those that stay open end with the capture
			live[i] = nil
			open--
		}
	}
}

// enough reports whether no more connections are to begin.
func (m *maker) enough() bool {
	return m.cfg.Packets > 0 && m.sum.Packets >= m.cfg.Packets || m.cfg.Conns > 0 && m.sum.Conns >= m.cfg.Conns
}

// connect makes the n-th connection, in the i-th place of those that live.
func (m *maker) connect(i int) *conn {
	n := m.sum.Conns
	m.sum.Conns++
	client := 0x0a010000 + uint32(i)
	if m.cfg.Kind == Short { // many clients, no port of one twice
		client = 0x0a010000 + uint32(n%4099)
	}
	return &conn{client: client, server: 0x0a000005 + uint32(n%4), port: 20000 + uint16(n%45000), seq: [2]uint32{m.rnd.Uint32(), m.rnd.Uint32()}}
}

func (m *maker) put(b []byte) {
	if m.err == nil {
		_, m.err = m.w.Write(b)
	}
}

// call writes a call that was made whole into the truth.
func (m *maker) call(c *conn, call Call) {
	m.sum.Calls++
	c.depth++
	call.Client, call.Depth = fmt.Sprintf("%d.%d.%d.%d:%d", c.client>>24, c.client>>16&255, c.client>>8&255, c.client&255, c.port), c.depth
	if _, err := fmt.Fprintln(m.calls, call); m.err == nil {
		m.err = err
	}
}

// chance is true so many times in 1,000.
func (m *maker) chance(permille int) bool { return m.rnd.IntN(1000) < permille }
