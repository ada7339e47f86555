package siem

import (
	"context"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"spaniel/sinks/sinktest"
)

// Syslog's only acknowledgement is TCP's. Lost, with the receiver having all of the
// batch, it does not count as delivered: the batch goes again over a new
// connection, and nothing but this batch is there twice.
func TestALostAcknowledgementDoublesOneBatch(t *testing.T) {
	r := newReceiver(t, nil)
	w, err := New(Config{Address: r.addr})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var ids [3][]string
	for i := range ids {
		b, these := sinktest.Alerts(1+10*i, 10)
		ids[i] = these
		if i == 1 {
			hearNothing(t, w.conn)
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			err := w.Write(ctx, b)
			cancel()
			if err == nil {
				t.Fatal("unacknowledged, it counts as delivered")
			}
			r.messages(20)
		}
		if err := w.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	copies := map[string]int{}
	for _, m := range r.messages(40) {
		copies[param1(m, "id")]++
	}
	for i, want := range []int{1, 2, 1} {
		for _, id := range ids[i] {
			if copies[id] != want {
				t.Errorf("batch %d: alert %s is there %d times, want %d", i, id, copies[id], want)
			}
		}
	}
}

// hearNothing makes the kernel drop what comes to this end of a connection.
func hearNothing(t *testing.T, conn net.Conn) {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
	})
	if err != nil || set != nil {
		t.Fatal(err, set)
	}
}
