package decode

import "spaniel/event"

// text passes over a protocol of lines until it goes over to TLS, as mail and
// file transfer do on STARTTLS: a segment then begins with a hello.
type text struct{ c *conn }

func newText(c *conn) parser { return text{c} }

func (t text) Data(d event.Direction, b []byte, at event.Stamp) {
	if len(b) > 5 && sniffTLS(d, b) == 1 && b[0] == 0x16 && (b[5] == 1 || b[5] == 2) {
		t.c.settle(t.c.p.protocol("tls"))
		t.c.parser.Data(d, b, at)
		return
	}
	t.c.p.led.SkippedBytes += uint64(len(b))
}

func (text) Gap(event.Direction, uint64, event.Stamp)    {}
func (text) Useless(event.Direction) uint64              { return 0 }
func (text) Passed(event.Direction, uint64, event.Stamp) {}
func (text) End(event.Direction, event.Stamp)            {}
func (text) Close(event.Stamp)                           {}
func (text) Upgraded() (string, bool)                    { return "", false }
