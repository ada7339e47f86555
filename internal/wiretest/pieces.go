package wiretest

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"spaniel/event"
)

// pieces replaces each frame by the fragments that the section of that name
// lists, a line each, in the order of their arrival: "FROM-TO" of the IP
// packet's payload ("end" is its length), then words that say what is odd.
func (c *Case) pieces(frames []event.Frame, section string) ([]event.Frame, error) {
	text, ok := c.Files[section]
	if !ok {
		return nil, fmt.Errorf("there is no section %q", section)
	}
	var out []event.Frame
	for _, f := range frames {
		at, kind := ethernetPayload(f.Data)
		head, body, ok := splitIP(f.Data[at:], kind)
		if !ok {
			return nil, fmt.Errorf("no IP packet")
		}
		for line := range strings.Lines(text) {
			words := strings.Fields(line)
			if len(words) == 0 {
				continue
			}
			p := fragment{head: slices.Clone(head), id: uint32(f.Number) + 77, link: slices.Clone(f.Data[:at])}
			if err := p.read(words, body); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", section, strings.TrimSpace(line), err)
			}
			g := withData(f, append(p.link, p.bytes()...))
			g.Time += p.wait
			out = append(out, g)
		}
	}
	return InOrder(out), nil
}

// fragment is one line of a section "pieces".
type fragment struct {
	link, head []byte
	id         uint32
	off        int
	more, df   bool
	data       []byte
	wait       int64
}

func (p *fragment) read(words []string, body []byte) error {
	from, to, _ := strings.Cut(words[0], "-")
	if to == "end" {
		to = strconv.Itoa(len(body))
	}
	n, err := numbers([]string{from, to}, 2)
	if err != nil || n[0] > n[1] || n[1] > len(body) {
		return fmt.Errorf("want FROM-TO up to %d: %w", len(body), err)
	}
	p.off, p.data = n[0], slices.Clone(body[n[0]:n[1]])
	for _, w := range words[1:] {
		if err := p.word(w); err != nil {
			return fmt.Errorf("%q: %w", w, err)
		}
	}
	return nil
}

func (p *fragment) word(w string) error {
	if parts := strings.Split(w, "/"); len(parts) == 4 && parts[0] == "s" {
		if len(parts[1]) != len(parts[2]) || !strings.Contains(string(p.data), parts[1]) {
			return fmt.Errorf("want text that is there, and as much of other text")
		}
		p.data = []byte(strings.Replace(string(p.data), parts[1], parts[2], 1))
		return nil
	}
	key, value, _ := strings.Cut(w, "=")
	switch key {
	case "more":
		p.more = true
		return nil
	case "df":
		p.df = true
		return nil
	case "nops":
		p.head = nops(p.head)
		return nil
	case "wait":
		d, err := time.ParseDuration(value)
		p.wait = int64(d)
		return err
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return err
	}
	switch key {
	case "id":
		p.id = uint32(n)
	case "off":
		p.off = n
	case "ttl":
		p.head[map[bool]int{true: 8, false: 7}[p.head[0]>>4 == 4]] = byte(n)
	case "proto":
		p.head[map[bool]int{true: 9, false: 6}[p.head[0]>>4 == 4]] = byte(n)
	case "vlan":
		tag := binary.BigEndian.AppendUint16([]byte{0x81, 0}, uint16(n))
		p.link = slices.Insert(p.link, 12, tag...)
	default:
		return fmt.Errorf("unknown word")
	}
	return nil
}

func (p *fragment) bytes() []byte {
	b := FragmentOf(p.head, p.id, p.off, p.more, p.data)
	if p.df && b[0]>>4 == 4 {
		b[6] |= 0x40
		b[10], b[11] = 0, 0
		binary.BigEndian.PutUint16(b[10:], Checksum(b[:int(b[0]&15)*4]))
	}
	return b
}

// Spray puts n lone first fragments, each of a datagram of its own, before
// every frame: what a flood of fragments is.
func Spray(frames []event.Frame, n int) []event.Frame {
	var out []event.Frame
	for _, f := range frames {
		at, kind := ethernetPayload(f.Data)
		if head, body, ok := splitIP(f.Data[at:], kind); ok {
			for i := range n {
				ip := FragmentOf(head, uint32(20000+i), 0, true, body[:min(len(body), 64)&^7])
				out = append(out, withData(f, append(slices.Clone(f.Data[:at]), ip...)))
			}
		}
		out = append(out, f)
	}
	return Number(out)
}

// Nops puts four bytes of options into every IPv4 header.
func Nops(frames []event.Frame) []event.Frame {
	out := slices.Clone(frames)
	for i, f := range out {
		at, kind := ethernetPayload(f.Data)
		if head, body, ok := splitIP(f.Data[at:], kind); ok && kind == etherIPv4 {
			b := nops(head)
			binary.BigEndian.PutUint16(b[2:], uint16(len(b)+len(body)))
			b[10], b[11] = 0, 0
			binary.BigEndian.PutUint16(b[10:], Checksum(b))
			out[i] = withData(f, slices.Concat(f.Data[:at], b, body))
		}
	}
	return Number(out)
}

func nops(head []byte) []byte {
	b := append(slices.Clone(head), 1, 1, 1, 0)
	b[0]++
	return b
}

// Extend puts n destination options headers of eight bytes, all padding,
// before the payload of every IPv6 packet.
func Extend(frames []event.Frame, n int) []event.Frame {
	out := slices.Clone(frames)
	for i, f := range out {
		at, kind := ethernetPayload(f.Data)
		head, body, ok := splitIP(f.Data[at:], kind)
		if !ok || kind != etherIPv6 {
			continue
		}
		head = slices.Clone(head)
		for range n {
			body = append([]byte{head[6], 0, 1, 4, 0, 0, 0, 0}, body...)
			head[6] = 60
		}
		binary.BigEndian.PutUint16(head[4:], uint16(len(body)))
		out[i] = withData(f, slices.Concat(f.Data[:at], head, body))
	}
	return Number(out)
}
