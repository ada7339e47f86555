package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"spaniel/capture"
	"spaniel/decode"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/internal/evidence"
	"spaniel/internal/render"
)

// pcapOptions are the flags of alerts show that ask for packets.
type pcapOptions struct {
	out   string
	from  []string
	force bool
}

func (o *pcapOptions) check() error {
	switch {
	case o.out == "" && (len(o.from) > 0 || o.force):
		return usage("--from and --force go with --pcap", "name the file to write: --pcap out.pcap")
	case o.out == "-" && term.IsTerminal(int(os.Stdout.Fd())):
		return usage("standard output is a terminal, not a place for packets", "write a file: --pcap out.pcap   or pipe it: --pcap - | tshark -r -")
	}
	return nil
}

// subject is what an alert says of its calls, or of the connection it rests on;
// or a call.
type subject struct {
	id, sensor     string
	kind           string // alert or call
	first, last    string // times of its first and last call, as SQL has them
	calls          []string
	count          uint64
	client, server string // addresses
	ports          [2]string
}

// subject asks for what the alert that where finds says of its calls.
func (a *app) subject(ctx context.Context, cfg *config.Config, id, where string) (*subject, error) {
	s := &subject{id: id, kind: "alert"}
	return s, a.withAnswer(ctx, cfg, "SELECT sensor_name, first_seen, last_seen, calls, count, client_ip, client_port, server_ip, server_port FROM alerts WHERE "+where, func(ans answer) error {
		for ans.Next() {
			v := ans.Values()
			s.sensor, s.first, s.last, s.calls = fmt.Sprint(v[0]), fmt.Sprint(v[1]), fmt.Sprint(v[2]), texts(v[3])
			s.client, s.server, s.ports = fmt.Sprint(v[5]), fmt.Sprint(v[7]), [2]string{fmt.Sprint(v[6]), fmt.Sprint(v[8])}
			if _, err := fmt.Sscan(fmt.Sprint(v[4]), &s.count); err != nil {
				return fmt.Errorf("the count of alert %s: %w", id, err)
			}
		}
		return ans.Err()
	})
}

// callSubject asks for the call with an id.
func (a *app) callSubject(ctx context.Context, cfg *config.Config, id string) (*subject, error) {
	s := &subject{id: id, kind: "call", calls: []string{id}, count: 1}
	return s, a.withAnswer(ctx, cfg, "SELECT sensor_name, ts FROM calls WHERE "+a.hexID(cfg, "call_id")+" = "+quote(id), func(ans answer) error {
		for ans.Next() {
			v := ans.Values()
			s.sensor, s.first, s.last = fmt.Sprint(v[0]), fmt.Sprint(v[1]), fmt.Sprint(v[1])
		}
		return ans.Err()
	})
}

// packets writes the packets of the alert's calls: read again from the capture
// that the calls were found in, or from the one the user names. Of an alert that
// rests on no call they are those of its connection.
func (a *app) packets(ctx context.Context, cfg *config.Config, s *subject, opt *pcapOptions) error {
	limitMemory(cfg)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	candidates, err := a.candidates(ctx, cfg, s, opt.from)
	if err != nil {
		return err
	}
	if err := mayWrite(opt.out, opt.force, candidates); err != nil {
		return err
	}
	f := finder{a: a, cfg: decodeConfig(cfg), subject: s}
	f.cfg.Sensor = s.sensor
	if len(s.calls) == 0 {
		return f.connections(ctx, candidates, opt)
	}
	if len(opt.from) > 0 {
		if f.near, err = a.remembered(ctx, cfg, s); err != nil {
			return err
		}
	}
	src, calls, err := f.search(ctx, candidates)
	if err != nil {
		return err
	}
	n := 0
	err = writeFile(opt.out, a.out, opt.force, func(w io.Writer) (err error) {
		n, err = f.copy(ctx, src, calls, w)
		return err
	})
	if err != nil {
		return err
	}
	f.report(n, len(calls), opt.out)
	return nil
}

// finder looks for the calls of one alert.
type finder struct {
	a       *app
	cfg     decode.Config
	subject *subject
	near    *near // how calls of another capture are told; nil if only ids count
}

// search returns the first of the captures that holds a call of the alert,
// with the calls.
func (f *finder) search(ctx context.Context, captures []knownCapture) (*knownCapture, []evidence.Call, error) {
	var gone, without []string
	for i := range captures {
		c := &captures[i]
		calls, err := f.find(ctx, c)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			gone = append(gone, c.name())
		case err != nil && len(calls) == 0:
			return nil, nil, err
		case len(calls) > 0:
			return c, calls, nil
		default:
			without = append(without, c.name()+c.changed())
		}
	}
	return nil, nil, f.notFound(gone, without)
}

// notFound says in which captures the packets are not.
func (f *finder) notFound(gone, without []string) error {
	kind := f.subject.kind
	what, why := "the packets of this "+kind+" were not found", ""
	if len(without) > 0 {
		why = "not in " + strings.Join(without, "\nnot in ")
	}
	if len(gone) > 0 {
		what = "the capture of this " + kind + " is gone"
		why = strings.TrimSpace("no such file: " + strings.Join(gone, ", ") + "\n" + why)
	}
	return &problem{code: exitInput, what: what, where: kind + " " + f.subject.id[:12], why: why,
		fix: "name the capture it was made from: --from FILE; its settings must be those it was read with: -c, --set"}
}

// find looks for the calls in one capture: by their ids, or, where that finds
// none, as near says.
func (f *finder) find(ctx context.Context, c *knownCapture) ([]evidence.Call, error) {
	ids := map[string]bool{}
	for _, id := range f.subject.calls {
		ids[id] = true
	}
	calls, err := f.scan(ctx, c, func(call *event.Call) bool { return ids[call.ID.String()] })
	if len(calls) > 0 || err != nil || f.near == nil {
		return calls, err
	}
	if calls, err = f.scan(ctx, c, f.near.match); len(calls) > 0 {
		f.a.hint("note: %s is not the capture the alert was made from; its calls were told by addresses, time and request", c.name())
	}
	return calls, err
}

func (f *finder) scan(ctx context.Context, c *knownCapture, want func(*event.Call) bool) ([]evidence.Call, error) {
	src, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	bar := f.a.progress(c.name(), src)
	calls, err := evidence.Find(ctx, &f.cfg, src, len(f.subject.calls), want)
	bar.stop()
	if fault := (*capture.Fault)(nil); errors.As(err, &fault) && len(calls) > 0 {
		err = nil // what lies behind the fault was not read before, either
	}
	return calls, errors.Join(err, src.Close())
}

// copy writes the packets of the calls, and returns how many they are.
func (f *finder) copy(ctx context.Context, c *knownCapture, calls []evidence.Call, w io.Writer) (int, error) {
	src, err := c.open(ctx)
	if err != nil {
		return 0, err
	}
	frames, err := evidence.Frames(ctx, f.cfg.Frame, src, calls)
	if err = errors.Join(err, src.Close()); err != nil {
		return 0, err
	}
	return len(frames), f.write(ctx, c, frames, w)
}

// write copies frames of a capture.
func (f *finder) write(ctx context.Context, c *knownCapture, frames []uint64, w io.Writer) error {
	src, err := c.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(evidence.Copy(ctx, src, frames, w), src.Close())
}

// report says what was written. That it holds secrets is no hint that -q may
// leave out.
func (f *finder) report(packets, calls int, out string) {
	f.written(packets, counted(uint64(calls), "call"), out)
	s := f.subject
	if left := len(s.calls) - calls; left > 0 {
		f.a.hint("note: %s of the alert not in this capture", counted(uint64(left), "call"))
	}
	if n := uint64(len(s.calls)); n < s.count {
		f.a.hint("note: the alert rests on %s, of which it names %s", counted(s.count, "call"), grouped(n))
	}
}

// written says that packets of something are in a file.
func (f *finder) written(packets int, of, out string) {
	if out == "-" {
		out = "standard output"
	}
	line := fmt.Sprintf("%s of %s written to %s, as captured: nothing in them is redacted", counted(uint64(packets), "packet"), of, out)
	_, _ = fmt.Fprintln(f.a.err, render.Safe(line)) // nobody to tell if it fails
}
