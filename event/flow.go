package event

import "net/netip"

// Direction of bytes within a flow.
type Direction uint8

// The two directions.
const (
	ToServer Direction = iota
	ToClient
)

// Reverse returns the other direction.
func (d Direction) Reverse() Direction { return d ^ 1 }

func (d Direction) String() string {
	if d == ToServer {
		return "to_server"
	}
	return "to_client"
}

// FlowKey is the identity of a flow in space: addresses, ports and the tenant
// (outermost VLAN id, the ids of the tags within, and innermost tunnel id, 0
// where there is none), so that overlapping tenants stay apart.
type FlowKey struct {
	Client, Server netip.AddrPort
	VLAN           uint16
	VNI            uint32
	// Inner is the ids of the tags within the outermost, 12 bits each, the
	// innermost lowest; of three, the first loses four bits. It counts for
	// the ids of flows and calls; records do not show it.
	Inner uint32
}

// Flow is one TCP connection, or as much of it as was seen.
type Flow struct {
	FlowKey
	// ID and what the ids of its calls are made of: Identify sets both.
	ID    uint64
	calls [2]uint64
	// First and Last are times of the first and last packet, ns since 1970.
	First, Last int64
	// FirstFrame numbers the frame that made the flow.
	FirstFrame uint64
	// Iface is the capture interface's index of the first packet.
	Iface int
	// Packets, Bytes (TCP payload) and Gaps (bytes never seen) by direction.
	Packets, Bytes, Gaps [2]uint64
	// Service names what its first bytes looked like: http, http2, tls,
	// websocket, unknown, or "" before any byte.
	Service string
	// Ended says how: fin, rst, idle, evicted, end (of the capture), reused.
	Ended string
	// RolesGuessed: the start was not seen, and which end is the client follows
	// from the ports alone so far.
	RolesGuessed bool
	// Reversed: requests were found to come from the end that is called Server
	// so far.
	Reversed bool
	// CommunityID is the flow's, once somebody asked for it.
	CommunityID string
	// Flags: midstream (no SYN seen), one_sided (one direction only), gap,
	// overlap_diff, capped.
	Flags Flags
}

// Flags are marks on a call or a flow; each is a bit.
type Flags uint32

// The marks. A cap that was hit, or a part that is missing, leaves one.
const (
	FlagRequestOnly    Flags = 1 << iota // no response was seen
	FlagResponseOnly                     // no request was seen
	FlagTruncated                        // the mirror cut packets short
	FlagGap                              // bytes are missing from the stream
	FlagSampled                          // not every call was kept
	FlagOneSided                         // only one direction was mirrored
	FlagMidstream                        // the flow's start was not seen
	FlagCapped                           // a limit of ours cut something off
	FlagReqIncomplete                    // the request's end was not seen
	FlagRespIncomplete                   // the response's end was not seen
	FlagOverlapDiff                      // retransmitted bytes differed
	FlagPairInferred                     // whole messages may be missing before it: that the response answers this request is concluded, not counted
	FlagThinned                          // its headers and values were left out, since the spool was nearly full
	FlagPassed                           // packets of it that tell nothing were left out under load
)

// flagNames is in the order of the bits; these words appear in call_flags.
var flagNames = [...]string{"request_only", "response_only", "truncated", "gap", "sampled",
	"one_sided", "midstream", "capped", "req_incomplete", "resp_incomplete", "overlap_diff", "pair_inferred", "thinned", "bypassed"}

// Has reports whether any bit of g is set in f.
func (f Flags) Has(g Flags) bool { return f&g != 0 }

// Append appends the names of the set bits, in the order of the bits.
func (f Flags) Append(dst []string) []string {
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			dst = append(dst, name)
		}
	}
	return dst
}
