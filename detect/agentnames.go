package detect

import (
	"encoding/binary"
	"strings"
	"unsafe"

	"spaniel/detect/semantics"
)

// agentNames remembers what the user agents seen lately are called: clients
// send the same text with each request, and looking for hundreds of names in
// it costs more than the rest of a rule. A few bytes of a text choose its place,
// and the latest has it.
type agentNames struct {
	slots *[maxAgents]knownAgent // nil before the first
	other knownAgent             // one that is too long to be remembered
}

type knownAgent struct {
	made bool
	text string
	agentName
}

type agentName struct {
	bot, tool, scanner string
	family, claimed    string // for the columns of the same names
}

// maxAgents bounds the user agents remembered, maxAgentLen the bytes of each.
const (
	maxAgents   = 1 << agentBits
	agentBits   = 9
	maxAgentLen = 512
)

// of returns what a user agent is called, valid until the next call.
func (n *agentNames) of(ua string) *agentName {
	if n.slots == nil {
		n.slots = new([maxAgents]knownAgent)
	}
	k := &n.other
	if len(ua) <= maxAgentLen {
		k = &n.slots[agentPlace(ua)]
	}
	if !k.made || k.text != ua {
		k.made, k.text = true, strings.Clone(ua)
		k.agentName = agentName{bot: knownBot(ua), tool: toolAgent(ua), scanner: scannerAgent(ua)}
		k.family, k.claimed = semantics.Agent(ua)
	}
	return &k.agentName
}

// agentPlace is a number made of a text's length and of eight bytes of it here
// and there.
func agentPlace(ua string) uint64 {
	h, n := uint64(len(ua)), len(ua)
	if n < 8 {
		for i := range n {
			h = h<<7 ^ uint64(ua[i])
		}
	} else {
		b := unsafe.Slice(unsafe.StringData(ua), n)
		for _, at := range [...]int{0, n / 3, n - n/3 - 1, n - 8} {
			h = (h ^ binary.LittleEndian.Uint64(b[min(at, n-8):])) * 0x9e3779b97f4a7c15
			h ^= h >> 31
		}
	}
	return h * 0xbf58476d1ce4e5b9 >> (64 - agentBits)
}
