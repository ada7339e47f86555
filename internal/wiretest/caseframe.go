package wiretest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"spaniel/event"
)

// syns adds as many SYNs as its word says to 10.0.0.5:80, each from another
// address, which nobody answers.
func (p *parser) syns(args []string) error {
	n, err := numbers(args, 1)
	if err != nil {
		return err
	}
	b := p.c.b
	for i := range n[0] {
		src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, byte(i >> 16), byte(i >> 8), byte(i)}), 1024)
		b.segs = append(b.segs, Segment{Time: b.now, Src: src, Dst: netip.MustParseAddrPort("10.0.0.5:80"),
			Seq: b.rng.Uint32(), Flags: SYN, Window: 512, TTL: 60, IPID: uint16(b.rng.Uint32())})
		b.now += int64(b.Step) / 1000
	}
	return nil
}

// claim adds a packet of ARP or neighbour discovery.
func (p *parser) claim(kind string, args []string) error {
	f, err := Claim(p.c.b.now, kind, args)
	if err != nil {
		return err
	}
	p.c.extra = append(p.c.extra, f)
	p.c.b.now += int64(p.c.b.Step)
	return nil
}

// Claim makes a packet of ARP or neighbour discovery, of that kind (arp or ndp):
//
//	arp request|reply WHO MAC WHOM [MAC] [from=MAC] [vlan=ID]
//	ndp solicitation|advertisement WHO MAC WHOM [from=MAC] [hops=N] [bare] [flags=RSO]
//
// WHO is at the MAC and says so to WHOM; from is Ethernet's source, if it is another.
func Claim(at int64, kind string, args []string) (event.Frame, error) {
	var cl claim
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if !ok {
			cl.words = append(cl.words, a)
			continue
		}
		switch key {
		case "from":
			cl.from = value
		case "hops", "vlan":
			n, err := numbers([]string{value}, 1)
			if err != nil {
				return event.Frame{}, err
			}
			if key == "hops" {
				cl.hops = n[0]
			} else {
				cl.vlan = uint16(n[0])
			}
		case "flags":
			for i, l := range "RSO" {
				if strings.ContainsRune(value, l) {
					cl.flags |= 0x80 >> i
				}
			}
		default:
			return event.Frame{}, fmt.Errorf("%q: unknown word", a)
		}
	}
	if len(cl.words) < 4 {
		return event.Frame{}, fmt.Errorf("want what it is, who, the MAC and whom")
	}
	payload, src, err := cl.arp()
	if kind == "ndp" {
		payload, src, err = cl.ndp()
	}
	if err != nil {
		return event.Frame{}, err
	}
	f := append([]byte{255, 255, 255, 255, 255, 255}, src...)
	if cl.vlan != 0 {
		f = binary.BigEndian.AppendUint16(append(f, 0x81, 0), cl.vlan)
	}
	f = append(f, payload...)
	f = append(f, make([]byte, max(0, 60-len(f)))...)
	return event.Frame{Time: at, Length: len(f), Link: LinkEthernet, Data: f}, nil
}

// claim is what a section "arp" or "ndp" says.
type claim struct {
	words []string // what it is, who, MAC, whom, perhaps MAC or bare
	from  string
	hops  int
	vlan  uint16
	flags byte
}

// read returns the addresses and MACs; from is the one given last.
func (c *claim) read() (who, whom netip.Addr, mac, target, from []byte, err error) {
	target = make([]byte, 6)
	if who, err = netip.ParseAddr(c.words[1]); err != nil {
		return
	}
	if whom, err = netip.ParseAddr(c.words[3]); err != nil {
		return
	}
	if mac, err = macOf(c.words[2]); err != nil {
		return
	}
	if len(c.words) > 4 && c.words[4] != "bare" {
		if target, err = macOf(c.words[4]); err != nil {
			return
		}
	}
	from = mac
	if c.from != "" {
		from, err = macOf(c.from)
	}
	return
}

func macOf(text string) ([]byte, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(b) != 6 {
		return nil, fmt.Errorf("%q is no MAC address", text)
	}
	return b, nil
}

func (c *claim) arp() (payload, src []byte, err error) {
	who, whom, mac, target, from, err := c.read()
	op := map[string]byte{"request": 1, "reply": 2}[c.words[0]]
	if err != nil || op == 0 || !who.Is4() {
		return nil, nil, fmt.Errorf("no request or reply of IPv4: %w", err)
	}
	b := append([]byte{8, 6, 0, 1, 8, 0, 6, 4, 0, op}, mac...)
	b = append(append(b, who.AsSlice()...), target...)
	return append(b, whom.AsSlice()...), from, nil
}

func (c *claim) ndp() (payload, src []byte, err error) {
	who, whom, mac, _, from, err := c.read()
	kind := map[string]byte{"solicitation": 135, "advertisement": 136}[c.words[0]]
	if err != nil || kind == 0 || !who.Is6() {
		return nil, nil, fmt.Errorf("no solicitation or advertisement of IPv6: %w", err)
	}
	target, option := whom, byte(1)
	if kind == 136 {
		target, option = who, 2
	}
	b := append([]byte{kind, 0, 0, 0, c.flags, 0, 0, 0}, target.AsSlice()...)
	if c.words[len(c.words)-1] != "bare" {
		b = append(append(b, option, 1), mac...)
	}
	if c.hops == 0 {
		c.hops = 255
	}
	ip := append([]byte{0x60, 0, 0, 0, 0, byte(len(b)), 58, byte(c.hops)}, who.AsSlice()...)
	ip = append(append(ip, whom.AsSlice()...), b...)
	return append([]byte{0x86, 0xdd}, ip...), from, nil
}
