package wiretest

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"spaniel/event"
)

// CaseStart is the time of a case's first packet: 2026-01-05 10:00 UTC.
const CaseStart int64 = 1767607200e9

// A Case is a conversation read from text. The package comment describes the
// format.
type Case struct {
	// Comment is the archive's comment, Calls the text of its calls section.
	Comment, Calls string
	// Files holds the sections that are not part of the conversation.
	Files map[string]string
	// Crafted says that there are segments no stack sends: they cannot be cut
	// or repeated without meaning something else.
	Crafted bool

	b     *Builder
	lost  map[int]bool // positions of segments that were not captured
	extra []event.Frame
}

// Segments returns the captured segments.
func (c *Case) Segments() []Segment {
	var out []Segment
	for i, s := range c.b.Segments() {
		if !c.lost[i] {
			out = append(out, s)
		}
	}
	return out
}

// Frames returns what was captured as Ethernet frames.
func (c *Case) Frames() []event.Frame { return c.render(c.Segments()) }

// Parse reads a case. The error names the section.
func Parse(archive []byte) (*Case, error) {
	ar := txtar.Parse(archive)
	p := parser{
		c:     &Case{Comment: string(ar.Comment), Files: map[string]string{}, lost: map[int]bool{}},
		conns: map[string]*Conn{},
	}
	p.c.b = New(1, CaseStart)
	for _, f := range ar.Files {
		if err := p.section(strings.Fields(f.Name), f.Data); err != nil {
			return nil, fmt.Errorf("section %q: %w", f.Name, err)
		}
	}
	for _, name := range p.order {
		if c := p.conns[name]; c != nil && !p.open {
			c.Fin()
		}
	}
	return p.c, nil
}

// parser is the state of reading one case.
type parser struct {
	c     *Case
	conns map[string]*Conn // nil value: was closed
	order []string
	open  bool // connections stay open at the end
}

func (p *parser) section(words []string, data []byte) error {
	if len(words) == 0 {
		return fmt.Errorf("has no name")
	}
	args := words[1:]
	switch words[0] {
	case "client", "server":
		return p.speak(words[0] == "client", args, data)
	case "segment":
		return p.segment(args, data)
	case "syns":
		return p.syns(args)
	case "arp", "ndp":
		return p.claim(words[0], args)
	case "open":
		name, rest := connName(args)
		return p.openConn(name, rest)
	case "wait":
		d, err := time.ParseDuration(strings.Join(args, ""))
		p.c.b.Wait(d)
		return err
	case "fin", "rst":
		return p.finish(words[0], args)
	case "end":
		p.open = len(args) == 1 && args[0] == "open"
		return nil
	case "calls":
		p.c.Calls = string(data)
		return nil
	}
	p.c.Files[strings.Join(words, " ")] = string(data)
	return nil
}

// connName splits off the connection's name: a first word that is no flag,
// no option and no address.
func connName(args []string) (name string, rest []string) {
	if len(args) == 0 || reserved[args[0]] || strings.ContainsAny(args[0], "=:.") {
		return "", args
	}
	return args[0], args[1:]
}

var reserved = map[string]bool{"crlf": true, "raw": true, "quoted": true, "hex": true, "gzip": true, "lost": true,
	"client": true, "server": true, "midstream": true, "timestamps": true,
	"next": true, "badsum": true, "badip": true, "md5": true}

func (p *parser) speak(fromClient bool, args []string, data []byte) error {
	name, flags := connName(args)
	c, err := p.conn(name)
	if err != nil {
		return err
	}
	data, lost, err := wireBytes(data, flags)
	if err != nil {
		return err
	}
	before := len(p.c.b.segs)
	if fromClient {
		c.Client(data)
	} else {
		c.Server(data)
	}
	for i := before; lost && i < len(p.c.b.segs); i++ {
		if len(p.c.b.segs[i].Payload) > 0 {
			p.c.lost[i] = true
		}
	}
	return nil
}

// conn returns the named connection, opening it when it is new.
func (p *parser) conn(name string) (*Conn, error) {
	if c, known := p.conns[name]; known {
		if c == nil {
			return nil, fmt.Errorf("connection %q is closed", name)
		}
		return c, nil
	}
	if err := p.openConn(name, nil); err != nil {
		return nil, err
	}
	return p.conns[name], nil
}

func (p *parser) openConn(name string, args []string) error {
	if p.conns[name] != nil {
		return fmt.Errorf("connection %q is open", name)
	}
	client := netip.AddrPortFrom(netip.MustParseAddr("198.51.100.7"), uint16(40000+len(p.order)))
	server := netip.MustParseAddrPort("10.0.0.5:80")
	var opts []Option
	var addrs []netip.AddrPort
	midstream := false
	for _, a := range args {
		key, value, isOption := strings.Cut(a, "=")
		switch {
		case a == "midstream":
			midstream = true
		case a == "timestamps":
			opts = append(opts, Timestamps())
		case isOption:
			o, err := parseOption(key, value)
			if err != nil {
				return err
			}
			opts = append(opts, o)
		default:
			addr, err := netip.ParseAddrPort(a)
			if err != nil {
				return fmt.Errorf("address %q: %w", a, err)
			}
			addrs = append(addrs, addr)
		}
	}
	switch len(addrs) {
	case 0:
	case 2:
		client, server = addrs[0], addrs[1]
	default:
		return fmt.Errorf("%d addresses, want client and server", len(addrs))
	}
	c := p.c.b.Conn(client, server, opts...)
	if !midstream {
		c.Open()
	}
	p.conns[name] = c
	p.order = append(p.order, name)
	return nil
}

func parseOption(key, value string) (Option, error) {
	var n []uint64
	for _, word := range strings.Split(value, ",") {
		v, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("option %s: %w", key, err)
		}
		n = append(n, v)
	}
	switch {
	case key == "mss" && len(n) == 1:
		return MSS(int(n[0])), nil
	case key == "isn" && len(n) == 2:
		return ISN(uint32(n[0]), uint32(n[1])), nil
	case key == "ttl" && len(n) == 2:
		return TTL(uint8(n[0]), uint8(n[1])), nil
	case key == "iface" && len(n) == 1:
		return Iface(int(n[0])), nil
	case key == "scale" && len(n) == 1:
		return Scale(uint8(n[0])), nil
	case key == "vlan":
		ids := make([]uint16, len(n))
		for i := range n {
			ids[i] = uint16(n[i])
		}
		return VLAN(ids...), nil
	}
	return nil, fmt.Errorf("option %s=%s is none of mss=N isn=CLIENT,SERVER ttl=CLIENT,SERVER scale=N iface=N vlan=ID,…", key, value)
}

func (p *parser) finish(how string, args []string) error {
	byServer := len(args) > 0 && args[len(args)-1] == "server"
	if byServer || len(args) > 0 && args[len(args)-1] == "client" {
		args = args[:len(args)-1]
	}
	name, rest := connName(args)
	c := p.conns[name]
	if c == nil || len(rest) > 0 {
		return fmt.Errorf("no open connection %q", strings.Join(args, " "))
	}
	p.conns[name] = nil
	switch {
	case how == "fin" && byServer:
		c.FinServer()
	case how == "fin":
		c.Fin()
	case byServer:
		c.RstServer()
	default:
		c.Rst()
	}
	return nil
}
