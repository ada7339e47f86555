package detect

import (
	"strings"

	"spaniel/detect/semantics"
)

// agentNames remembers what the user agents seen lately are called: clients
// send the same text with each request, and looking for hundreds of names in
// it costs more than the rest of a rule.
type agentNames struct {
	known map[string]agentName
}

type agentName struct {
	bot, tool, scanner string
	family, claimed    string // for the columns of the same names
}

// maxAgents bounds the user agents remembered, maxAgentLen the bytes of each.
const (
	maxAgents   = 256
	maxAgentLen = 512
)

func (n *agentNames) of(ua string) agentName {
	if a, ok := n.known[ua]; ok {
		return a
	}
	a := agentName{bot: knownBot(ua), tool: toolAgent(ua), scanner: scannerAgent(ua)}
	a.family, a.claimed = semantics.Agent(ua)
	if len(ua) <= maxAgentLen {
		if n.known == nil || len(n.known) >= maxAgents {
			n.known = make(map[string]agentName)
		}
		n.known[strings.Clone(ua)] = a
	}
	return a
}
