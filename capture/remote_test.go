package capture

import (
	"bytes"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"spaniel/event"
)

// sender listens on loopback and gives each connection what serve writes to it.
func sender(t *testing.T, serve func(n int, c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close() // nothing is lost with it
		wg.Wait()
	})
	wg.Go(func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				serve(n, c)
			})
		}
	})
	return l.Addr().String()
}

// TestRemote: frames come as they are sent, cut anywhere; a connection that ends is
// made anew, and the next capture read from its beginning.
func TestRemote(t *testing.T) {
	address := sender(t, func(n int, c net.Conn) {
		data := captureOf(t, 10*n, 10*n+5, false)
		if n == 0 {
			data = data[:len(data)-7] // it breaks within a frame
		}
		for len(data) > 0 {
			k := min(len(data), 33)
			if _, err := c.Write(data[:k]); err != nil {
				return
			}
			data = data[k:]
		}
		if n > 0 {
			_, _ = c.Read(make([]byte, 1)) // until the reader goes
		}
	})
	r, err := openRemote(address, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var changes []bool
	r.OnChange(func(c Change) { changes = append(changes, c.Up) })
	var got []int
	for deadline := time.Now().Add(5 * time.Minute); len(got) < 9; {
		var f event.Frame
		switch err := r.Next(&f); {
		case err == nil:
			i := int(f.Time / 1000)
			if want := frameOf(i, 60); !bytes.Equal(f.Data, want.Data) || f.Number != uint64(len(got)+1) {
				t.Fatalf("frame %d is %+v", i, f)
			}
			got = append(got, i)
		case err != ErrTimeout:
			t.Fatal(err)
		case time.Now().After(deadline):
			t.Fatalf("only %v came", got)
		}
	}
	if want := append(numbers(0, 4), numbers(10, 15)...); !slices.Equal(got, want) || !slices.Equal(changes, []bool{false, true}) {
		t.Errorf("came %v, changes %v", got, changes)
	}
	list, err := r.StatsByInterface()
	if err != nil || list[0].Received != 9 || list[0].Returns != 1 || !list[0].Up {
		t.Errorf("counted %+v: %v", list, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestRemoteThatIsNone: the error says what is wrong.
func TestRemoteThatIsNone(t *testing.T) {
	page := sender(t, func(_ int, c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })
	packed := sender(t, func(_ int, c net.Conn) { _, _ = c.Write(zip(t, captureOf(t, 0, 3, false))) })
	for _, address := range []string{"nowhere", "127.0.0.1:1", page, packed} {
		r, err := OpenRemote(address)
		if err == nil {
			err = r.Close()
			t.Errorf("%s was opened, and closed with %v", address, err)
		} else if !errors.As(err, new(*InputError)) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestRemoteStops while it waits, and while it connects anew.
func TestRemoteStops(t *testing.T) {
	address := sender(t, func(n int, c net.Conn) {
		_, _ = c.Write(captureOf(t, 0, 1, false))
		if n > 0 {
			_, _ = c.Read(make([]byte, 1))
		}
	})
	r, err := openRemote(address, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for range 80 {
		if err := r.Next(new(event.Frame)); err != nil && err != ErrTimeout {
			t.Fatal(err)
		}
	}
	r.Stop()
	if err := r.Next(new(event.Frame)); err == nil || err == ErrTimeout {
		t.Errorf("after the stop: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
