// Command baseline reads a capture the usual way in Go: google/gopacket's
// reassembly, a goroutine and a pipe a stream, net/http to parse. It detects
// nothing and prints two counts; it is what Spaniel is measured against.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcap"
	"github.com/google/gopacket/reassembly"
)

type counts struct {
	requests, responses atomic.Int64
	wg                  sync.WaitGroup
}

type stream struct {
	counts *counts
	in     [2]*io.PipeWriter
}

// New makes a connection, whose readers begin with its first bytes: the last
// acknowledgement of one that ended makes another that never has any.
func (c *counts) New(_, _ gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	return &stream{counts: c}
}

// reader starts the reader of a direction.
func (s *stream) reader(d int) *io.PipeWriter {
	r, w := io.Pipe()
	s.counts.wg.Add(1)
	go s.counts.read(r, d)
	return w
}

func (c *counts) read(r *io.PipeReader, dir int) {
	defer c.wg.Done()
	b := bufio.NewReader(r)
	for {
		if dir == 0 {
			req, err := http.ReadRequest(b)
			if err != nil {
				break
			}
			if _, err := io.Copy(io.Discard, req.Body); err != nil {
				break
			}
			c.requests.Add(1)
			continue
		}
		resp, err := http.ReadResponse(b, nil)
		if err != nil {
			break
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			break
		}
		c.responses.Add(1)
	}
	io.Copy(io.Discard, r) // what cannot be parsed must still be drained, or reassembly stalls
}

func (s *stream) Accept(*layers.TCP, gopacket.CaptureInfo, reassembly.TCPFlowDirection, reassembly.Sequence, *bool, reassembly.AssemblerContext) bool {
	return true
}

func (s *stream) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	n, _ := sg.Lengths()
	dir, _, _, _ := sg.Info()
	d := 0
	if dir == reassembly.TCPDirServerToClient {
		d = 1
	}
	if s.in[d] == nil {
		s.in[d] = s.reader(d)
	}
	s.in[d].Write(sg.Fetch(n)) // fails only once its reader is gone
}

func (s *stream) ReassemblyComplete(reassembly.AssemblerContext) bool {
	for _, w := range s.in {
		if w != nil {
			w.Close()
		}
	}
	return true
}

type context struct{ ci gopacket.CaptureInfo }

func (c *context) GetCaptureInfo() gopacket.CaptureInfo { return c.ci }

func main() {
	handle, err := pcap.OpenOffline(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	c := &counts{}
	asm := reassembly.NewAssembler(reassembly.NewStreamPool(c))
	source := gopacket.NewPacketSource(handle, handle.LinkType())
	source.Lazy, source.NoCopy = true, true
	for packet := range source.Packets() {
		if tcp, ok := packet.TransportLayer().(*layers.TCP); ok {
			asm.AssembleWithContext(packet.NetworkLayer().NetworkFlow(), tcp, &context{packet.Metadata().CaptureInfo})
		}
	}
	asm.FlushAll()
	c.wg.Wait()
	fmt.Printf("%d requests %d responses\n", c.requests.Load(), c.responses.Load())
}
