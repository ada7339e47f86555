//go:build !linux

package siem

import (
	"context"
	"net"
)

// drained cannot look into the send queue here: what was written counts.
func drained(context.Context, net.Conn) error { return nil }
