package linktest

import (
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A Link listens on loopback and relays what comes to the server, and back.
type Link struct {
	t        testing.TB
	server   string
	listener *net.TCPListener
	running  sync.WaitGroup

	mu     sync.Mutex // guards what follows
	conns  []*conn
	rate   int // bytes a second to the server; 0 is no limit
	lose   int // answers that are still to be lost
	beyond int // to requests of more bytes than these
	lost   int
}

// A conn is one connection of a client's with the one to the server.
type conn struct {
	client, server *net.TCPConn
	cut            bool // what is sent goes nowhere
	asked          int  // bytes from the client since the server's last answer
}

// New returns a link to the server, which ends with the test. Nothing is dialled
// before a client is there.
func New(t testing.TB, server string) *Link {
	t.Helper()
	var plain net.ListenConfig
	plain.SetMultipathTCP(false) // which takes no filter
	ln, err := plain.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Link{t: t, server: server, listener: ln.(*net.TCPListener)}
	l.running.Go(l.accept)
	t.Cleanup(l.end)
	return l
}

// Addr is where clients find the server.
func (l *Link) Addr() net.Addr { return l.listener.Addr() }

// Cut lets nothing more arrive at either end of any connection, and no new one
// begin. The kernel acknowledges nothing and says nothing: to the client the
// server's machine is gone. A connection must have been answered on before, or
// what was sent over it seen at the server, to be sure to be among them.
func (l *Link) Cut() {
	l.t.Helper()
	l.deafen(l.listener, true)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		l.deafen(c.client, true)
		c.cut = true
	}
}

// Mend lets new connections begin again. Those that were cut stay dead, as when
// a firewall between has forgotten them.
func (l *Link) Mend() { l.t.Helper(); l.deafen(l.listener, false) }

// Slow relays so many bytes a second to the server, of all connections that
// begin from now on; 0 is as fast as it goes.
func (l *Link) Slow(rate int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rate = rate
}

// LoseAnswers breaks the connection when the server answers to more than beyond
// bytes, before any of the answer arrives; n times.
func (l *Link) LoseAnswers(n, beyond int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose, l.beyond = n, beyond
}

// Lost is how many answers were lost so far.
func (l *Link) Lost() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

func (l *Link) accept() {
	for {
		client, err := l.listener.AcceptTCP()
		if err != nil {
			return // the end
		}
		server, err := net.Dial("tcp", l.server)
		if err != nil {
			client.Close() // so it is with a server that is down
			continue
		}
		c := &conn{client: client, server: server.(*net.TCPConn)}
		l.mu.Lock()
		l.conns = append(l.conns, c)
		rate := l.rate
		l.mu.Unlock()
		if rate > 0 {
			client.SetReadBuffer(4096) // else the kernel takes megabytes at once
		}
		l.running.Go(func() { l.ask(c, rate) })
		l.running.Go(func() { l.answer(c) })
	}
}

// ask relays what the client sends.
func (l *Link) ask(c *conn, rate int) {
	buf := make([]byte, 64<<10)
	if rate > 0 {
		buf = buf[:max(1, rate/10)]
	}
	for {
		n, err := c.client.Read(buf)
		if n > 0 {
			l.mu.Lock()
			c.asked += n
			l.mu.Unlock()
			if _, err := c.server.Write(buf[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
		if rate > 0 {
			time.Sleep(100 * time.Millisecond) // the rate; nothing waits for it
		}
	}
	c.server.CloseWrite()
}

// answer relays what the server sends.
func (l *Link) answer(c *conn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.server.Read(buf)
		if l.isCut(c) {
			return // and the client's end stays as it is
		}
		if n > 0 && l.loses(c) {
			c.client.SetLinger(0)
			break
		}
		if n > 0 {
			if _, err := c.client.Write(buf[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	c.client.Close()
	c.server.Close()
}

func (l *Link) isCut(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return c.cut
}

// loses reports whether the answer that begins now gets lost.
func (l *Link) loses(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := c.asked
	c.asked = 0
	if l.lose == 0 || asked <= l.beyond {
		return false
	}
	l.lose, l.lost = l.lose-1, l.lost+1
	return true
}

// deafen gives a socket a filter that takes no packet, or none.
func (l *Link) deafen(s syscall.Conn, deaf bool) {
	l.t.Helper()
	raw, err := s.SyscallConn()
	if err != nil {
		l.t.Fatal(err)
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		if !deaf {
			set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
			return
		}
		nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K} // zero bytes of each packet
		set = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
	})
	if err == nil {
		err = set
	}
	if err != nil && err != net.ErrClosed { // one that is over needs no filter
		if _, over := err.(*net.OpError); !over {
			l.t.Fatal(err)
		}
	}
}

func (l *Link) end() {
	l.listener.Close()
	l.mu.Lock()
	for _, c := range l.conns {
		c.client.SetLinger(0)
		c.client.Close()
		c.server.Close()
	}
	l.mu.Unlock()
	l.running.Wait()
}
