package linktest

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// echo answers each line with itself, and returns its address.
func echo(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return ln.Addr().String()
}

func dial(t *testing.T, l *Link) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// say writes text and returns what comes back before the deadline.
func say(t *testing.T, c net.Conn, text string, deadline time.Duration) (string, error) {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(deadline)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte(text)); err != nil {
		return "", err
	}
	b := make([]byte, len(text))
	n, err := io.ReadFull(c, b)
	return string(b[:n]), err
}

func TestACutLinkSaysNothing(t *testing.T) {
	l := New(t, echo(t))
	c := dial(t, l)
	if got, err := say(t, c, "before", time.Minute); got != "before" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	l.Cut()
	if got, err := say(t, c, "cut", 300*time.Millisecond); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("cut: %q, %v", got, err)
	}
	if c, err := net.DialTimeout("tcp", l.Addr().String(), 300*time.Millisecond); err == nil {
		c.Close()
		t.Error("cut, it takes a connection")
	}
	l.Mend()
	if got, err := say(t, dial(t, l), "after", time.Minute); got != "after" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := say(t, c, "still", 300*time.Millisecond); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the old connection: %q, %v", got, err)
	}
}

func TestAnswersToLongRequestsAreLost(t *testing.T) {
	l := New(t, echo(t))
	l.LoseAnswers(1, 10)
	c := dial(t, l)
	if got, err := say(t, c, "short", time.Minute); got != "short" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	if got, err := say(t, c, "a long request", time.Minute); got != "" || err == nil || l.Lost() != 1 {
		t.Errorf("%q, %v, %d lost", got, err, l.Lost())
	}
	if got, err := say(t, dial(t, l), "a long request", time.Minute); got != "a long request" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestASlowLinkHoldsBack(t *testing.T) {
	l := New(t, echo(t))
	l.Slow(1000)
	if got, err := say(t, dial(t, l), strings.Repeat("x", 50_000), time.Second); len(got) > 2000 || err == nil {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	l.Slow(0)
	if got, err := say(t, dial(t, l), strings.Repeat("x", 50_000), time.Minute); len(got) != 50_000 || err != nil {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
}
