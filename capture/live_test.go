package capture

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"spaniel/event"
)

// openLoopback captures on lo, or skips where that is not allowed.
func openLoopback(t *testing.T, filter string) *Live {
	t.Helper()
	l, err := OpenLive(LiveConfig{Interface: "lo", Filter: filter, Promiscuous: true, BufferBytes: 4 << 20})
	var denied *PermissionError
	var missing *InputError
	if errors.As(err, &denied) || errors.As(err, &missing) {
		t.Skipf("no live capture here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.drain = 5 * time.Minute // a slow machine is none of these tests' matter
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// quiet is a bound UDP socket on loopback and a sender to it.
func quiet(t *testing.T) (port int, send func(string)) {
	t.Helper()
	to, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	from, err := net.DialUDP("udp4", nil, to.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(to.Close(), from.Close()); err != nil {
			t.Error(err)
		}
	})
	return to.LocalAddr().(*net.UDPAddr).Port, func(s string) {
		if _, err := from.Write([]byte(s)); err != nil {
			t.Error(err)
		}
	}
}

func TestLiveSeesWhatIsSent(t *testing.T) {
	port, send := quiet(t)
	l := openLoopback(t, fmt.Sprintf("udp dst port %d", port))
	if i := l.Interfaces(); len(i) != 1 || i[0] != (Interface{Name: "lo", Link: LinkEthernet, Snaplen: MaxRecord}) {
		t.Errorf("interfaces %v", i)
	}
	before := time.Now().UnixNano()
	const frames = 50
	for i := range frames {
		send(fmt.Sprintf("hello %d", i))
	}
	var f event.Frame
	fine := false
	for seen := 0; seen < frames; {
		switch err := l.Next(&f); {
		case err == ErrTimeout:
			continue
		case err != nil:
			t.Fatal(err)
		}
		// Loopback shows a frame once to a capture: going out.
		want := fmt.Sprintf("hello %d", seen)
		if !strings.HasSuffix(string(f.Data), want) || f.Length != len(f.Data) || f.Number != uint64(seen+1) || f.Link != LinkEthernet {
			t.Fatalf("frame %d is %+v", seen+1, f)
		}
		if f.Time < before || f.Time > time.Now().UnixNano() {
			t.Errorf("frame %d of time %d, sent after %d", seen+1, f.Time, before)
		}
		fine = fine || f.Time%1000 != 0
		seen++
	}
	if !fine {
		t.Error("all times are whole microseconds")
	}
	for range 2 {
		s, err := l.Stats()
		if err != nil || s.Received < frames || s.KernelDrops != 0 {
			t.Errorf("%+v %v", s, err)
		}
	}
}

func TestLiveTimesOutAndStops(t *testing.T) {
	port, _ := quiet(t)
	l := openLoopback(t, fmt.Sprintf("udp port %d", port))
	var f event.Frame
	if err := l.Next(&f); err != ErrTimeout {
		t.Errorf("with no traffic: %v", err)
	}
	done := make(chan error)
	go func() {
		for {
			var f event.Frame
			if err := l.Next(&f); err != ErrTimeout {
				done <- err
				return
			}
		}
	}()
	l.Stop()
	if err := <-done; err != io.EOF {
		t.Errorf("after Stop: %v", err)
	}
}

// Close from another goroutine waits for Next; Stats and Next after it do no
// harm.
func TestLiveClosesUnderTheReader(t *testing.T) {
	port, send := quiet(t)
	l := openLoopback(t, fmt.Sprintf("udp port %d", port))
	send("one")
	done := make(chan error)
	go func() {
		for {
			var f event.Frame
			if err := l.Next(&f); err != nil && err != ErrTimeout {
				done <- err
				return
			}
			if _, err := l.Stats(); err != nil {
				done <- err
				return
			}
		}
	}()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err != io.EOF {
		t.Error(err)
	}
	if _, err := l.Stats(); err != nil {
		t.Error(err)
	}
}

func TestLiveAny(t *testing.T) {
	port, send := quiet(t)
	openLoopback(t, "") // skips where capturing is not allowed
	l, err := OpenLive(LiveConfig{Interface: anyInterface, Filter: fmt.Sprintf("udp dst port %d", port), Promiscuous: true, Snaplen: 80})
	if err != nil {
		t.Fatal(err)
	}
	send(strings.Repeat("x", 500))
	var f event.Frame
	for err = ErrTimeout; err == ErrTimeout; {
		err = l.Next(&f)
	}
	if err != nil || f.Link != 113 || len(f.Data) != 80 || f.Length != 16+20+8+500 {
		t.Errorf("%v: link %d, %d of %d bytes", err, f.Link, len(f.Data), f.Length)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestLiveAllocatesNothing(t *testing.T) {
	port, send := quiet(t)
	l := openLoopback(t, fmt.Sprintf("udp dst port %d", port))
	for range 300 {
		send("x")
	}
	var f event.Frame
	if n := testing.AllocsPerRun(200, func() {
		if err := l.Next(&f); err != nil && err != ErrTimeout {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestNoSuchInterface(t *testing.T) {
	for _, name := range []string{"", "nosuch0", strings.Repeat("x", 40), "lo\x00x"} {
		_, err := OpenLive(LiveConfig{Interface: name})
		var unusable *InputError
		if !errors.As(err, &unusable) || !strings.Contains(err.Error(), "there are: ") || !strings.Contains(err.Error(), "lo") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestInterfaceThatIsDown(t *testing.T) {
	openLoopback(t, "")
	ifs, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range ifs {
		if i.Flags&net.FlagUp != 0 {
			continue
		}
		l, err := OpenLive(LiveConfig{Interface: i.Name})
		var unusable *InputError
		if !errors.As(err, &unusable) || !strings.Contains(err.Error(), "bring it up: sudo ip link set "+i.Name+" up") {
			t.Errorf("%v %v", l, err)
		}
		return
	}
	t.Skip("every interface is up")
}

func TestLiveBadFilter(t *testing.T) {
	openLoopback(t, "")
	_, err := OpenLive(LiveConfig{Interface: "lo", Filter: "tcp prot 80"})
	var unusable *InputError
	if !errors.As(err, &unusable) || !strings.Contains(err.Error(), `filter "tcp prot 80": `) {
		t.Error(err)
	}
}

func TestCountersGrowAcrossTheWrap(t *testing.T) {
	var n uint64
	for _, now := range []int{5, 0xfffffff0, 3, 3, 0x10} {
		grow(&n, now)
	}
	if n != 1<<32+0x10 {
		t.Errorf("%#x", n)
	}
}

func TestLiveIsReadOutAfterStop(t *testing.T) {
	port, send := quiet(t)
	l := openLoopback(t, fmt.Sprintf("udp dst port %d", port))
	const before = 200
	for range before {
		send("caught before the stop")
	}
	l.Stop()
	send("came too late")
	var f event.Frame
	got := 0
	for {
		err := l.Next(&f)
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, ErrTimeout) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got++
	}
	// Loopback gives each datagram to the capture as it is sent, so all of
	// them were caught before Stop.
	if got != before {
		t.Errorf("%d frames read after Stop, %d were caught before it", got, before)
	}
	if err := l.Next(&f); !errors.Is(err, io.EOF) {
		t.Errorf("after its end Next gives %v", err)
	}
}
