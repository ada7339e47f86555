package decode

import "spaniel/event"

// tunnelService is the service of a flow within a tunnel that HTTP/1 opened,
// as long as it is not known what it carries.
const tunnelService = "connect"

// maxTunnels is how deep tunnels may be nested: chains of proxies are short.
const maxTunnels = 4

// tunnel is what a flow remembers of the tunnels it went through.
type tunnel struct {
	depth   uint32 // calls before the innermost tunnel
	tunnels int32
}

// enter begins the flow anew within a tunnel. b are the bytes the parser was
// given last, whose end may belong to the tunnel.
func (c *conn) enter(d event.Direction, b []byte, at event.Stamp) {
	after := c.http.After()
	c.depth = c.http.Depth()
	c.http.Close(at)
	c.unsniff()
	c.parser, c.http, c.state = nil, nil, connSniffing
	if c.tunnels++; c.tunnels > maxTunnels {
		c.state = connSkipping
		return
	}
	c.p.led.SkippedBytes -= uint64(len(after.Held) + after.Tail)
	client := event.ToServer ^ c.flip
	if !c.mixed {
		c.turn(0)
	}
	if len(after.Held) > 0 {
		c.Data(client, after.Held, at)
	}
	if after.Beyond > 0 {
		c.Gap(client, after.Beyond, at)
	}
	if after.Tail > 0 {
		c.Data(d, b[len(b)-after.Tail:], at)
	}
}

// serviceOf names the service of an upgraded flow. Tokens come from the wire:
// one that is not known must not become a name.
func serviceOf(token string) string {
	switch token {
	case "websocket", "connect":
		return token
	case "h2c":
		return "http2"
	}
	return unknownService
}
