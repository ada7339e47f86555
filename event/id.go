package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// ID is a 128-bit identifier made of a SHA-256. It holds no secret, no file
// name and no counter of ours, so that what is read twice is the same record.
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

// Identify sets f's ID and what the ids of its calls are made of, by its key and
// First: one hash, so that a call costs none of its own.
func (f *Flow) Identify() {
	sum := sha256.Sum256(f.appendKey(make([]byte, 0, 64), f.First))
	f.ID = binary.BigEndian.Uint64(sum[:])
	f.calls = halves(sum[16:])
}

// SensorMark is what a sensor's name changes in the ids of the calls it saw.
type SensorMark [2]uint64

// NewSensorMark returns the mark of the sensor of that name.
func NewSensorMark(name string) SensorMark {
	sum := sha256.Sum256([]byte(name))
	return halves(sum[:])
}

func halves(sum []byte) [2]uint64 {
	return [2]uint64{binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])}
}

// CallIDs returns the id of the transaction numbered depth on f, which Identify
// has seen, as the sensor of that mark saw it; and its key, which leaves the
// sensor out and so joins what two sensors saw.
func (f *Flow) CallIDs(s SensorMark, depth uint32) (id, key ID) {
	return numbered([2]uint64{f.calls[0] ^ s[0], f.calls[1] ^ s[1]}, depth), numbered(f.calls, depth)
}

// numbered makes a number part of a hash: those of two numbers differ in both
// halves, and share no beginning that a person would take for the whole.
func numbered(h [2]uint64, n uint32) (id ID) {
	binary.BigEndian.PutUint64(id[:], stir(h[0]^uint64(n)))
	binary.BigEndian.PutUint64(id[8:], stir(h[1]+uint64(n)))
	return id
}

// stir lets each bit of x reach all of them; no two x become one. It is the
// finisher of MurmurHash3.
func stir(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
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
