//go:build integration

package integration

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// atOnce is how many requests go out at once: pipelined, so that thousands of
// calls a second cost the load itself next to nothing.
const atOnce = 50

// A load sends orders to the shop, so many a second, of which every
// attackEach-th is an SQL injection, until it is told to stop.
type load struct {
	t           *testing.T
	s           *shop
	perSecond   int
	attackEach  int
	ready       func(sent int) bool // whether more may be sent; nil: always
	stop        context.CancelFunc
	done        chan error
	sent, shots int // after end: all calls, and the attacks among them
}

func startLoad(t *testing.T, s *shop, perSecond, attackEach int) *load {
	return startLoadWhen(t, s, perSecond, attackEach, nil)
}

// startLoadWhen is startLoad, but sends nothing while ready says no.
func startLoadWhen(t *testing.T, s *shop, perSecond, attackEach int, ready func(sent int) bool) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{t: t, s: s, perSecond: perSecond, attackEach: attackEach, ready: ready, stop: cancel, done: make(chan error, 1)}
	t.Cleanup(cancel)
	go func() { l.done <- l.run(ctx) }()
	return l
}

// end stops the load; every call it sent has been answered then.
func (l *load) end() {
	l.t.Helper()
	l.stop()
	if err := <-l.done; err != nil {
		l.t.Fatal(err)
	}
}

// run sends burst after burst on connections of 20 bursts each.
func (l *load) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second * atOnce / time.Duration(l.perSecond))
	defer tick.Stop()
	for ctx.Err() == nil {
		conn, err := net.Dial("tcp", l.s.server.Listener.Addr().String())
		if err != nil {
			return err
		}
		err = l.connection(ctx, conn, tick.C)
		if conn.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (l *load) connection(ctx context.Context, conn net.Conn, tick <-chan time.Time) error {
	answers := bufio.NewReader(conn)
	for range 20 {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
		}
		if l.ready != nil && !l.ready(l.sent) {
			continue
		}
		if _, err := conn.Write(l.requests()); err != nil {
			return err
		}
		for range atOnce {
			res, err := http.ReadResponse(answers, nil)
			if err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				return err
			}
		}
	}
	return nil
}

// requests makes the next burst. The number in each tells the calls apart.
func (l *load) requests() (b []byte) {
	for range atOnce {
		target := fmt.Sprintf("/orders/%d", l.sent)
		if l.sent%l.attackEach == 0 {
			target = fmt.Sprintf("/items?mark=m%d&id=1%%27%%20UNION%%20SELECT%%20password%%20FROM%%20users--%%20", l.sent)
			l.shots++
		}
		b = fmt.Appendf(b, "GET %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: load/1\r\nAccept: application/json\r\n\r\n", target)
		l.sent++
	}
	return b
}
