package capture

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"spaniel/event"
)

// How long reaching the sender of a capture may take, until its header is there,
// and how long after a failure it is tried again.
const (
	remoteTimeout = 5 * time.Second
	remoteRetry   = 500 * time.Millisecond
)

// A Remote reads a capture that another program sends over TCP (pcap-over-IP): pcap
// or pcapng, uncompressed, without an end. When the connection is lost it is made
// anew, and a new capture begins. One goroutine calls Next; the other methods may be
// called from any.
type Remote struct {
	address string
	timeout time.Duration // of reaching it
	change  func(Change)
	stop    atomic.Bool

	mu      sync.Mutex // held while what is below is used
	conn    *remoteConn
	dialled chan dialled // while the connection is made anew
	since   time.Time    // it was lost; zero while it is there
	next    time.Time    // when to try again
	given   uint64
	returns uint64
	closed  bool
}

// remoteConn is a connection and the capture on it.
type remoteConn struct {
	net.Conn
	in   *File
	head bool // its header is awaited
}

type dialled struct {
	conn *remoteConn
	err  error
}

// OpenRemote connects to HOST:PORT, which sends a capture. One that cannot be
// reached, or sends something else, is an *InputError.
func OpenRemote(address string) (*Remote, error) { return openRemote(address, remoteTimeout) }

func openRemote(address string, timeout time.Duration) (*Remote, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, &InputError{address, "it is no HOST:PORT", "name where a capture is sent, such as 127.0.0.1:57012"}
	}
	c, err := dialRemote(address, timeout)
	if err != nil {
		return nil, &InputError{address, err.Error(), "something must listen there and send a pcap, for example: tcpdump -i eth1 -U -w - | nc -l 57012"}
	}
	return &Remote{address: address, timeout: timeout, conn: c}, nil
}

// dialRemote connects and reads the capture's header.
func dialRemote(address string, timeout time.Duration) (*remoteConn, error) {
	conn, err := net.DialTimeout("tcp", address, timeout)
	if err != nil {
		return nil, err
	}
	c := &remoteConn{Conn: conn, head: true}
	if err = conn.SetReadDeadline(time.Now().Add(timeout)); err == nil {
		c.in, err = NewFile(address, c)
	}
	if err == nil && len(c.in.closer) > 0 {
		err = errors.New("the capture is compressed")
	}
	if err != nil {
		var wrong *InputError
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			err = errors.New("nothing is sent: the header of a capture comes first")
		case errors.As(err, &wrong):
			err = fmt.Errorf("what is sent is no capture: %s", wrong.Problem)
		}
		return nil, errors.Join(err, c.close())
	}
	c.head = false
	return c, nil
}

// Read reads what is there, ErrTimeout if that is nothing.
func (c *remoteConn) Read(p []byte) (int, error) {
	if c.head {
		return c.Conn.Read(p)
	}
	if err := c.SetReadDeadline(time.Now().Add(pollTime)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
		if n == 0 {
			err = ErrTimeout
		}
	}
	return n, err
}

func (c *remoteConn) close() error {
	err := c.Conn.Close()
	if c.in != nil {
		err = errors.Join(err, c.in.Close())
	}
	return err
}

// OnChange calls f, from the goroutine that calls Next, when the connection is lost
// or back. It is set before the first Next; f must not use the Remote.
func (r *Remote) OnChange(f func(Change)) { r.change = f }

// Next implements Source. It returns ErrTimeout when no frame came for about 10 ms,
// and io.EOF after Stop or Close. Frames have the interface 0.
func (r *Remote) Next(f *event.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.stop.Load() {
		return io.EOF
	}
	if r.conn == nil {
		r.redial()
		if r.conn == nil {
			time.Sleep(pollTime)
			return ErrTimeout
		}
	}
	switch err := r.conn.in.Next(f); err {
	case nil:
		r.given++
		f.Number, f.Iface = r.given, 0
		return nil
	case ErrTimeout:
		return err
	default:
		r.lose(err)
		return ErrTimeout
	}
}

// lose gives up the connection, which err ended.
func (r *Remote) lose(err error) {
	if err == io.EOF {
		err = errors.New("the sender ended it")
	}
	err = errors.Join(err, r.conn.close())
	r.conn, r.since = nil, time.Now()
	r.next = r.since.Add(remoteRetry)
	if r.change != nil {
		r.change(Change{r.address, false, r.since, r.since, err.Error()})
	}
}

// redial makes the connection anew, without waiting for it.
func (r *Remote) redial() {
	now := time.Now()
	if r.dialled == nil {
		if now.Before(r.next) {
			return
		}
		done := make(chan dialled, 1)
		r.dialled = done
		go func() {
			c, err := dialRemote(r.address, r.timeout)
			done <- dialled{c, err}
		}()
		return
	}
	select {
	case d := <-r.dialled:
		r.dialled, r.next = nil, now.Add(remoteRetry)
		if d.err != nil {
			return
		}
		since := r.since
		r.conn, r.since = d.conn, time.Time{}
		r.returns++
		if r.change != nil {
			r.change(Change{r.address, true, since, now, ""})
		}
	default:
	}
}

// Stop makes Next return io.EOF.
func (r *Remote) Stop() { r.stop.Store(true) }

// Close implements Source.
func (r *Remote) Close() error {
	r.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	var err error
	if r.dialled != nil {
		if d := <-r.dialled; d.conn != nil {
			err = d.conn.close()
		}
	}
	if r.conn != nil {
		err = errors.Join(err, r.conn.close())
	}
	if err != nil {
		return fmt.Errorf("closing the capture from %s: %w", r.address, err)
	}
	return nil
}

// StatsByInterface counts the frames that were given; what the sender dropped it
// does not say. The one name is the address.
func (r *Remote) StatsByInterface() ([]InterfaceStats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return []InterfaceStats{{r.address, r.since.IsZero(), r.returns, Stats{Received: r.given}}}, nil
}

// Stats are those of StatsByInterface.
func (r *Remote) Stats() (Stats, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Stats{Received: r.given}, nil
}
