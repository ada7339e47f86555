package decode

import (
	"testing"

	"spaniel/decode/frame"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// BenchmarkPartition decodes keep-alive traffic from packet to call.
func BenchmarkPartition(b *testing.B) {
	w := wiretest.New(1, wiretest.CaseStart)
	c := w.Conn(addr("203.0.113.9:51514"), addr("10.0.0.5:80"))
	c.Open()
	const calls = 1000
	for range calls {
		c.Client([]byte("GET /orders/4711?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\nCookie: sid=0123456789abcdef\r\n\r\n"))
		c.Server([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n" + string(make([]byte, 200))))
	}
	c.Fin()
	cfg := DefaultConfig()
	dec := frame.New(cfg.Frame, new(event.Ledger), nil)
	var pkts []frame.Packet
	for _, f := range w.Frames() {
		var p frame.Packet
		if dec.Decode(&f, &p) == event.FrameStream {
			pkts = append(pkts, p)
		}
	}
	b.ReportAllocs()
	var bytes int
	for _, p := range pkts {
		bytes += len(p.Payload)
	}
	b.SetBytes(int64(bytes))
	var n int
	for b.Loop() {
		var led event.Ledger
		p := NewPartition(&cfg, &led, Output{Call: func(*event.Call) { n++ }})
		for i := range pkts {
			p.Packet(&pkts[i])
		}
		p.Close(pkts[len(pkts)-1].Stamp.Clock)
	}
	b.ReportMetric(float64(len(pkts)*b.N)/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "calls/s")
}
