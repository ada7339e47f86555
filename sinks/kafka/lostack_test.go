package kafka

import (
	"encoding/binary"
	"errors"
	"net"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"spaniel/sinks/sinktest"
)

// A deafConn is a broker's end of a connection that loses answers to produce
// requests, and the connection with them, once the broker has done what was asked.
type deafConn struct {
	net.Conn
	lose   *atomic.Int64 // how many answers are still to be lost
	rest   []byte        // of a request, as far as it was read
	skip   int           // of a request whose kind is known
	latest atomic.Uint32
}

const produceKey = 0

func (c *deafConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	for in := b[:n]; len(in) > 0; {
		if c.skip > 0 {
			gone := min(c.skip, len(in))
			c.skip, in = c.skip-gone, in[gone:]
			continue
		}
		c.rest, in = append(c.rest, in[0]), in[1:]
		if len(c.rest) == 6 { // the request's length, and its kind
			c.latest.Store(uint32(binary.BigEndian.Uint16(c.rest[4:])))
			c.skip, c.rest = int(binary.BigEndian.Uint32(c.rest))-2, nil
		}
	}
	return n, err
}

func (c *deafConn) Write(b []byte) (int, error) {
	if c.latest.Load() == produceKey && c.lose.Add(-1) >= 0 {
		return 0, errors.Join(net.ErrClosed, c.Close())
	}
	return c.Conn.Write(b)
}

type deafListener struct {
	net.Listener
	lose *atomic.Int64
}

func (l *deafListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &deafConn{Conn: c, lose: l.lose}, nil
}

// TestALostAcknowledgementLosesNothing: the broker has the records, the sensor
// does not know. It sends them again: all are there, what is doubled is what was
// under way, and each key is in order.
func TestALostAcknowledgementLosesNothing(t *testing.T) {
	var lose atomic.Int64
	c := cluster(t, kfake.ListenFn(func(network, address string) (net.Listener, error) {
		l, err := net.Listen(network, address)
		if err != nil {
			return nil, err
		}
		return &deafListener{l, &lose}, nil
	}))
	w := open(t, Config{Brokers: c.ListenAddrs()})
	defer w.Close()
	const batches, each = 6, 30
	var sent []string
	failed := 0
	for i := range batches {
		lose.Store(int64(i % 3))
		b, ids := sinktest.Alerts(1+i*each, each)
		sent = append(sent, ids...)
		for try := 0; ; try++ {
			err := w.Write(t.Context(), b)
			if err == nil {
				break
			}
			if failed++; try > 5 {
				t.Fatal(err)
			}
		}
	}
	if failed < batches/3 {
		t.Fatalf("%d attempts failed: no answer was lost", failed)
	}
	place := map[string]int{}
	for i, id := range sent {
		place[id] = i
	}
	seen, last, got := map[string]int{}, map[string]int{}, 0
	for len(seen) < len(sent) {
		all := consume(t, c, alertsTopic, got+len(sent)-len(seen))
		if len(all) <= got {
			break
		}
		got = len(all)
		clear(seen)
		clear(last)
		for _, r := range all {
			id, key := headerOf(r, "spaniel-id"), string(r.Key)
			if seen[id]++; seen[id] == 1 && place[id] < last[key] {
				t.Errorf("alert %d of %s came behind %d", place[id], key, last[key])
			}
			last[key] = max(last[key], place[id])
		}
	}
	doubled := 0
	for id, n := range seen {
		if n > 1 {
			doubled++
			if i := place[id] / each; i%3 == 0 {
				t.Errorf("alert %d came %d times, and no answer about its batch was lost", place[id], n)
			}
		}
	}
	if len(seen) != len(sent) || doubled == 0 {
		t.Errorf("%d of %d arrived, %d twice", len(seen), len(sent), doubled)
	}
	t.Logf("%d attempts failed, %d of %d alerts came twice", failed, doubled, len(sent))
}
