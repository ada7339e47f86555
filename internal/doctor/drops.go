package doctor

import "fmt"

// Drops judges what the kernel lost while traffic was looked at.
func Drops(received, kernel, iface uint64) Finding {
	switch {
	case kernel > 0:
		return Finding{"drops", Bad, fmt.Sprintf("the kernel dropped %d of %d packets, its buffer being full", kernel, received), "capture.backend: afpacket and capture.buffer: 256MiB; a narrower filter; more cores"}
	case iface > 0:
		return Finding{"drops", Bad, fmt.Sprintf("the interface dropped %d packets", iface), "sudo ethtool -G IFACE rx 4096"}
	}
	return ok("drops", "none of %d packets", received)
}
