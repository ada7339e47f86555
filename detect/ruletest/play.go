package ruletest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/wiretest"
)

// player makes packets of a test's phases.
type player struct {
	b     *wiretest.Builder
	due   int64 // when the next request starts
	last  int64 // when the last one ended
	port  uint16
	conns map[string]*conn
	order []*conn
	rng   *rand.Rand
	lone  []event.Frame // of no connection
}

// conn is a connection that is busy until free.
type conn struct {
	*wiretest.Conn
	free int64
}

// Frames makes the packets of a test. The error says what is wrong with its
// text.
func Frames(t *detect.Test) ([]event.Frame, error) { return Play(t.Phases) }

// Play makes the packets of several plays that begin together; the phases of
// each follow one another.
func Play(plays ...[]detect.Phase) ([]event.Frame, error) {
	start := time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC).UnixNano()
	p := &player{b: wiretest.New(1, start), last: start, port: 40000, conns: map[string]*conn{}, rng: rand.New(rand.NewPCG(1, 2))}
	n := 0
	for _, phases := range plays {
		p.due = start
		for i := range phases {
			if err := p.phase(n, &phases[i]); err != nil {
				return nil, err
			}
			n++
		}
	}
	p.b.At(p.last + int64(time.Second))
	for _, c := range p.order {
		c.Fin()
	}
	frames := append(p.lone, p.b.Frames()...)
	slices.SortStableFunc(frames, func(a, b event.Frame) int { return cmp.Compare(a.Time, b.Time) })
	return wiretest.Number(frames), nil
}

func (p *player) phase(index int, ph *detect.Phase) error {
	p.due += int64(ph.After)
	for n := 1; n <= ph.Repeat; n++ {
		for _, text := range ph.Requests {
			filled, err := fill(text, n)
			if err != nil {
				return err
			}
			kind, words, _ := strings.Cut(filled, " ")
			if kind == "ARP" || kind == "NDP" {
				f, err := wiretest.Claim(p.due, strings.ToLower(kind), strings.Fields(words))
				if err != nil {
					return err
				}
				p.lone = append(p.lone, f)
				p.last = max(p.last, p.due)
				p.due += p.gap(ph)
				continue
			}
			if filled == "SYN" || filled == "OPEN" {
				if err := p.connection(filled, n, ph); err != nil {
					return err
				}
				p.due += p.gap(ph)
				continue
			}
			x, err := parse(filled)
			if kind == "TLS" {
				x, err = hello(strings.Fields(words))
			}
			if err != nil {
				return err
			}
			c, err := p.conn(index, n, ph)
			if err != nil {
				return err
			}
			p.send(c, ph, x)
			p.due += p.gap(ph)
		}
	}
	return nil
}

// gap is the time to the next request.
func (p *player) gap(ph *detect.Phase) int64 {
	r := 2*p.rng.Float64() - 1
	return int64(float64(ph.Every) * (1 + ph.Jitter*r))
}

// conn returns the connection for a request, which starts no earlier than due.
func (p *player) conn(index, n int, ph *detect.Phase) (*conn, error) {
	from, to, err := ends(ph, n)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(index, " ", from)
	if c := p.conns[key]; c != nil && !ph.Each {
		p.b.At(max(p.due, c.free))
		return c, nil
	}
	c, err := p.dial(from, to)
	if err != nil {
		return nil, err
	}
	p.conns[key] = c
	p.order = append(p.order, c)
	p.b.At(p.due)
	c.Open()
	return c, nil
}

// dial makes a connection of which nothing was sent.
func (p *player) dial(from, to string) (*conn, error) {
	client, err := netip.ParseAddr(from)
	if err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	if !strings.Contains(to, ":") {
		to += ":80"
	}
	server, err := netip.ParseAddrPort(to)
	if err != nil {
		return nil, fmt.Errorf("to: %w", err)
	}
	p.port++
	if p.port == 0 {
		p.port = 1024
	}
	return &conn{Conn: p.b.Conn(netip.AddrPortFrom(client, p.port), server)}, nil
}

// connection plays one that carries no request: its SYN alone, which nobody
// answers, or one that is opened and stays silent until the end.
func (p *player) connection(kind string, n int, ph *detect.Phase) error {
	from, to, err := ends(ph, n)
	if err != nil {
		return err
	}
	c, err := p.dial(from, to)
	if err != nil {
		return err
	}
	p.b.At(p.due)
	if kind == "SYN" {
		c.Syn()
	} else {
		c.Open()
		p.order = append(p.order, c)
	}
	p.last = max(p.last, p.due)
	return nil
}

// ends are the addresses of a phase in round n.
func ends(ph *detect.Phase, n int) (from, to string, err error) {
	from, to = "198.51.100.7", "10.0.0.5:80"
	if ph.From != "" {
		if from, err = fill(ph.From, n); err != nil {
			return "", "", err
		}
	}
	if ph.To != "" {
		to, err = fill(ph.To, n)
	}
	return from, to, err
}

// slowPieces is into how many pieces a slow message is cut.
const slowPieces = 8

// unfinishedBytes are left out at the end of a request that is not finished:
// of one without a body the empty line.
const unfinishedBytes = 2

// spread sends a message in pieces over that time.
func spread(c *conn, send func([]byte), message []byte, over time.Duration) {
	if over == 0 {
		send(message)
		return
	}
	size := max(1, len(message)/slowPieces)
	for rest := message; len(rest) > 0; {
		n := min(size, len(rest))
		if len(rest) < 2*size {
			n = len(rest)
		}
		send(rest[:n])
		if rest = rest[n:]; len(rest) > 0 {
			c.Wait(over / (slowPieces - 1))
		}
	}
}

func (p *player) send(c *conn, ph *detect.Phase, x exchange) {
	if ph.Unfinished {
		spread(c, c.Client, x.request[:len(x.request)-unfinishedBytes], ph.Slow)
	} else {
		spread(c, c.Client, x.request, ph.Slow)
		if x.response != nil {
			c.Wait(ph.Took)
			spread(c, c.Server, x.response, ph.Drip)
		}
		if x.over != nil {
			c.Skip(false, -len(x.response))
			c.Server(x.over)
			c.Skip(false, len(x.response)-len(x.over))
		}
		if x.also != nil {
			c.Server(x.also)
		}
	}
	c.free = p.b.Now()
	p.last = max(p.last, c.free)
}
