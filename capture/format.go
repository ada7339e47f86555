package capture

import "encoding/binary"

// A format is the shape of a capture file, told by its first four bytes.
type format struct {
	ng    bool
	order order
	// unit is the nanoseconds in one step of the fraction, head the length of
	// a record's header; both of classic pcap only.
	unit int64
	head int
}

// magicLen is how many bytes tell a format.
const magicLen = 4

// magicKuznetzov marks the pcap of Linux 2.2 times: eight more bytes a record.
const magicKuznetzov = 0xa1b2cd34

// formatOf says which format begins with head; false when it is no capture.
func formatOf(head []byte) (format, bool) {
	if len(head) < magicLen {
		return format{}, false
	}
	for _, big := range []order{false, true} {
		switch big.u32(head) {
		case blockSection:
			return format{ng: true}, true
		case magicMicros:
			return format{order: big, unit: 1000, head: recordLen}, true
		case magicNanos:
			return format{order: big, unit: 1, head: recordLen}, true
		case magicKuznetzov:
			return format{order: big, unit: 1000, head: recordLen + 8}, true
		}
	}
	return format{}, false
}

// foreign are inputs that people take for captures, by the first bytes (at
// most magicLen), with what to do about each.
var foreign = []struct{ magic, name, remedy string }{
	{"\xfd7zX", "xz", "unpack it: xz -dc FILE | spaniel read -"},
	{"BZh", "bzip2", "unpack it: bzip2 -dc FILE | spaniel read -"},
	{"\x04\x22\x4d\x18", "lz4", "unpack it: lz4 -dc FILE | spaniel read -"},
	{"PK\x03\x04", "a zip archive", "unpack it and name the capture inside"},
	{"snoo", "a snoop capture", "convert it: editcap -F pcapng IN OUT"},
	{"XCP\x00", "a NetXRay capture", "convert it: editcap -F pcapng IN OUT"},
	{"\x1c\x00\x01\xac", "an IXIA capture", "convert it: editcap -F pcapng IN OUT"},
	{"\xac\x01\x00\x1c", "an IXIA capture", "convert it: editcap -F pcapng IN OUT"},
	{"GMBU", "a Network Monitor capture", "convert it: editcap -F pcapng IN OUT"},
	{"RTSS", "a Network Monitor capture", "convert it: editcap -F pcapng IN OUT"},
	{"{", "JSON", "name a pcap or pcapng file"},
}

// notCapture is the error for an input that begins with head.
func notCapture(path string, head []byte) *InputError {
	if len(head) == 0 {
		return &InputError{path, "the file is empty", "name a pcap or pcapng file"}
	}
	for _, f := range foreign {
		if len(head) >= len(f.magic) && string(head[:len(f.magic)]) == f.magic {
			return &InputError{path, "this is " + f.name + ", not pcap or pcapng", f.remedy}
		}
	}
	if len(head) < magicLen {
		return &InputError{path, "the file is too short to be a capture", "name a pcap or pcapng file"}
	}
	return &InputError{path, "not a capture: it begins with " + hex(binary.BigEndian.Uint32(head)), "name a pcap or pcapng file, plain, gzip or zstd"}
}
