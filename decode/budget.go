package decode

import (
	"unsafe"

	"spaniel/decode/http1"
	"spaniel/decode/stream"
	"spaniel/event"
)

// A kind is one of the kinds of things that connections hold on to: how many
// bytes of it a partition has, how many it may have, and what gives some up.
type kind struct {
	held, full int
	giveUp     func(event.Stamp)
}

// flowCost is what a connection takes by itself.
const flowCost = stream.FlowCost + int(unsafe.Sizeof(conn{})+unsafe.Sizeof(http1.Conn{}))

// held is how many bytes the connections of the partition hold, of all kinds.
func (p *Partition) held() int {
	h := p.http.Held()
	return p.table.Open()*flowCost + p.sniffed + p.table.Waiting() + p.table.Kept() + h.Heads + h.Bodies + h.Calls + p.http.Kept() + p.tls.Held()
}

// relieve gives up, where all kinds together are more than the partition's
// memory, some of the kind that uses the most of its own cap. The caps of each
// kind are made for a flood of that kind; a flood of several at once would
// have all of them. It is called before each packet, with its stamp, when the
// timers due have fired.
func (p *Partition) relieve(at event.Stamp) {
	for p.held() > p.memory {
		k := p.fullest()
		if k.held == 0 {
			return // what is left goes by itself
		}
		p.led.Caps[event.CapMemory]++
		k.giveUp(at)
	}
}

// fullest returns the kind that uses the most of its cap.
func (p *Partition) fullest() (most kind) {
	flows, waiting := p.table.Full()
	h, full := p.http.Held(), p.http.Full()
	for _, k := range [...]kind{
		{p.table.Open()*flowCost + p.sniffed, flows * flowCost, p.table.GiveUpFlow},
		{p.table.Waiting(), waiting, p.table.GiveUpHole},
		{h.Heads, full.Heads, p.http.GiveUpHeads},
		{h.Bodies, full.Bodies, p.http.GiveUpBody},
		{h.Calls, full.Calls, p.http.GiveUpCall},
		{p.tls.Held(), p.tls.Full(), p.tls.GiveUp},
	} {
		if uint64(k.held)*uint64(max(most.full, 1)) > uint64(most.held)*uint64(k.full) {
			most = k
		}
	}
	return most
}
