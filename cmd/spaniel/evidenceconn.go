package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"strconv"
	"time"

	"spaniel/event"
	"spaniel/internal/evidence"
)

// betweenEnds is the connection that an alert without calls rests on, or, of
// several, all between its two hosts meanwhile.
type betweenEnds struct {
	client, server netip.AddrPort
	from, to       int64
	what           string
}

// ends returns what the alert says of its connection.
func (s *subject) ends() (e betweenEnds, err error) {
	none := &problem{code: exitInput, what: "this alert rests on no call and on no connection of two known ends", where: "alert " + s.id[:12],
		fix: "take its packets by address and time, with tcpdump or Wireshark: client_ip, first_seen and last_seen of the alert say which"}
	client, cerr := netip.ParseAddr(s.client)
	server, serr := netip.ParseAddr(s.server)
	if cerr != nil || serr != nil || s.ports == [2]string{"0", "0"} {
		return e, none // a claim of an address, or one that is stored as a hash
	}
	if e.from, err = nanos(s.first); err == nil {
		e.to, err = nanos(s.last)
	}
	if err != nil {
		return e, err
	}
	var ports [2]uint16
	if s.count == 1 {
		for i, p := range s.ports {
			n, err := strconv.ParseUint(p, 10, 16)
			if err != nil {
				return e, fmt.Errorf("a port of the stored alert: %w", err)
			}
			ports[i] = uint16(n)
		}
	}
	e.client, e.server = netip.AddrPortFrom(client, ports[0]), netip.AddrPortFrom(server, ports[1])
	e.what = fmt.Sprintf("all connections of %s and %s meanwhile", client, server)
	if ports[0] != 0 && ports[1] != 0 {
		e.what = fmt.Sprintf("the connection of %s and %s", e.client, e.server)
	}
	return e, nil
}

// nanos is a time as SQL has it.
func nanos(s string) (int64, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, fmt.Errorf("a time of the stored alert: %w", err)
	}
	return t.UnixNano(), nil
}

// connections writes the packets of the connections that the alert rests on,
// from the first capture that has any.
func (f *finder) connections(ctx context.Context, captures []knownCapture, opt *pcapOptions) error {
	e, err := f.subject.ends()
	if err != nil {
		return err
	}
	var gone, without []string
	for i := range captures {
		c := &captures[i]
		frames, err := f.between(ctx, c, &e)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			gone = append(gone, c.name())
			continue
		case err != nil:
			return err
		case len(frames) == 0:
			without = append(without, c.name()+c.changed())
			continue
		}
		err = writeFile(opt.out, f.a.out, opt.force, func(w io.Writer) error { return f.write(ctx, c, frames, w) })
		if err == nil {
			f.written(len(frames), e.what, opt.out)
		}
		return err
	}
	return f.notFound(gone, without)
}

func (f *finder) between(ctx context.Context, c *knownCapture, e *betweenEnds) ([]uint64, error) {
	src, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	frames, err := evidence.Between(ctx, f.cfg.Frame, src, e.client, e.server, e.from, e.to+storedTick)
	return frames, errors.Join(err, src.Close())
}

// storedTick is how exactly the store keeps times: to the microsecond.
const storedTick = int64(event.Nanos(time.Microsecond))
