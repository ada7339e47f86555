//go:build !linux

package capture

// openRings refuses: the rings are Linux's.
func openRings(cfg LiveConfig) ([]tap, Interface, error) {
	return nil, Interface{}, &InputError{cfg.Interface, "afpacket is there on Linux only", "capture with the backend pcap"}
}
