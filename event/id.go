package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// ID is a 128-bit identifier, the first half of a SHA-256. It holds no
// secret, no file name and no counter of ours, so that what is read twice is
// the same record.
type ID [16]byte

// String returns the ID as 32 lower-case hex digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether the ID was never set.
func (id ID) IsZero() bool { return id == ID{} }

// ParseID reads 32 hex digits.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*len(id) {
		return id, fmt.Errorf("an id has %d hex digits, %q has %d", 2*len(id), s, len(s))
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, fmt.Errorf("id %q: %w", s, err)
	}
	return id, nil
}

// appendKey appends the identity of a flow: tunnel and VLAN ids, 5-tuple and
// the time of its first packet in nanoseconds; and tags within another one, where
// there are any.
func (k FlowKey) appendKey(b []byte, first int64) []byte {
	b = binary.BigEndian.AppendUint16(b, k.VLAN)
	b = binary.BigEndian.AppendUint32(b, k.VNI)
	for _, e := range []struct {
		addr [16]byte
		port uint16
	}{{k.Client.Addr().As16(), k.Client.Port()}, {k.Server.Addr().As16(), k.Server.Port()}} {
		b = append(b, e.addr[:]...)
		b = binary.BigEndian.AppendUint16(b, e.port)
	}
	if k.Inner != 0 {
		b = binary.BigEndian.AppendUint32(b, k.Inner)
	}
	return binary.BigEndian.AppendUint64(b, uint64(first))
}

// FlowID returns the 64-bit id of a flow first seen at the time first.
func FlowID(k FlowKey, first int64) uint64 {
	sum := sha256.Sum256(k.appendKey(make([]byte, 0, 64), first))
	return binary.BigEndian.Uint64(sum[:8])
}

// CallIDs returns the id of the transaction numbered depth on a flow, and its
// key, which leaves the sensor's name out and so joins what two sensors saw.
func CallIDs(sensor string, k FlowKey, first int64, depth uint32) (id, key ID) {
	b := k.appendKey(make([]byte, 0, 128), first)
	b = binary.BigEndian.AppendUint32(b, depth)
	sum := sha256.Sum256(b)
	copy(key[:], sum[:])
	b = append(b, sensor...)
	sum = sha256.Sum256(b)
	copy(id[:], sum[:])
	return id, key
}

// NoteID returns the id of what is no call: a fact, an anomaly or a connection,
// by the flow it belongs to, its name and its place in the capture's order.
func NoteID(k FlowKey, name string, o Order) (id ID) {
	b := k.appendKey(make([]byte, 0, 128), o.Clock)
	b = binary.BigEndian.AppendUint64(b, o.Seq)
	b = binary.BigEndian.AppendUint32(b, o.Ord)
	sum := sha256.Sum256(append(b, name...))
	copy(id[:], sum[:])
	return id
}

// AlertID returns the id of an alert: of a rule and what it judged, which is
// a call id, or a window key with the window's start.
func AlertID(rule, subject string) ID {
	var id ID
	sum := sha256.Sum256([]byte(rule + "\x00" + subject))
	copy(id[:], sum[:])
	return id
}

// MarshalText writes 32 hex digits.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads 32 hex digits.
func (id *ID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseID(string(b))
	return err
}
