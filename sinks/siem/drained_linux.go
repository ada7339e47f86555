package siem

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// drained waits until the peer's TCP has acknowledged every byte written, as
// the kernel's send queue says. Without it a batch written to a receiver that
// is just going away would count as delivered.
func drained(ctx context.Context, conn net.Conn) error {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		queued, state, err := sendQueue(raw)
		switch {
		case err != nil:
			return err
		case state != unix.BPF_TCP_ESTABLISHED:
			return errors.New("the receiver closed the connection; it may not have read everything")
		case queued == 0:
			return nil
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}

// sendQueue returns how many bytes the peer has not acknowledged, and the
// connection's state.
func sendQueue(raw syscall.RawConn) (queued int, state uint8, err error) {
	cerr := raw.Control(func(fd uintptr) {
		if queued, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); err != nil {
			return
		}
		var info *unix.TCPInfo
		if info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			state = info.State
		}
	})
	return queued, state, errors.Join(cerr, err)
}
