package main

import (
	"net"
	"os"
	"strconv"
	"time"
)

// A manager is systemd, or another that takes notes by sd_notify(3). The zero
// value is none.
type manager struct {
	conn  net.Conn
	every time.Duration // how often it wants to hear of us, 0 never
}

// newManager connects to who started this process, if it wants to be told.
func newManager() *manager {
	m := &manager{}
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return m
	}
	if conn, err := net.Dial("unixgram", path); err == nil { // nobody can be told that nobody listens
		m.conn = conn
	}
	if us, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64); err == nil && us > 0 {
		m.every = time.Duration(us) * time.Microsecond / 3
	}
	return m
}

// tell sends a note; one that does not arrive is not repeated.
func (m *manager) tell(state string) {
	if m != nil && m.conn != nil {
		_, _ = m.conn.Write([]byte(state)) // the next one says the same, or the watchdog finds out
	}
}
