package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"spaniel/capture"
	"spaniel/event"
	"spaniel/internal/config"
	"spaniel/sinks/store"
)

// headBytes of a capture file are what it is told by.
const headBytes = 64 << 10

// headOf returns the size of a file and a hash of its first bytes.
func headOf(path string) (size int64, head string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	st, err := f.Stat()
	h := sha256.New()
	if err == nil {
		_, err = io.Copy(h, io.LimitReader(f, headBytes))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, "", err
	}
	return st.Size(), hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// remember notes in the store which files a capture is, so that its packets
// can be found again. What cannot be read twice is no file.
func (r *reading) remember(paths []string, m *meter) error {
	c := store.Capture{First: event.Nanos(m.first), Last: event.Nanos(m.last), Packets: m.frames}
	for _, p := range paths {
		st, err := os.Stat(p)
		if p == capture.Stdin || err != nil || !st.Mode().IsRegular() {
			return nil
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return fmt.Errorf("the place of %s: %w", p, err)
		}
		size, head, err := headOf(p)
		if err != nil {
			return fmt.Errorf("reading %s again: %w", p, err)
		}
		c.Paths, c.Sizes, c.Heads = append(c.Paths, abs), append(c.Sizes, size), append(c.Heads, head)
	}
	return r.save.store.AddCapture(context.WithoutCancel(r.ctx), &c, time.Now())
}

// A knownCapture is one that may hold an alert's calls: its files, and what
// was known of them when they were read.
type knownCapture struct {
	paths, sizes, heads []string
}

// name is what the capture is called in messages.
func (c *knownCapture) name() string {
	if n := len(c.paths); n > 1 {
		return fmt.Sprintf("%s and %d more", c.paths[0], n-1)
	}
	return c.paths[0]
}

func (c *knownCapture) open(ctx context.Context) (*source, error) {
	for _, p := range c.paths {
		if _, err := os.Stat(p); err != nil {
			return nil, err
		}
	}
	return openAll(ctx, c.paths, nil)
}

// changed says how a file differs from what was read then, if one does.
func (c *knownCapture) changed() string {
	for i, p := range c.paths {
		size, head, err := headOf(p)
		switch {
		case err != nil || i >= len(c.heads):
		case head != c.heads[i]:
			return ": it begins otherwise than when it was read"
		case fmt.Sprint(size) != c.sizes[i]:
			return fmt.Sprintf(": it has changed since it was read, from %s to %d bytes", c.sizes[i], size)
		}
	}
	return ""
}

// maxCandidates bounds the captures looked through for an alert, the one read
// last first.
const maxCandidates = 20

// candidates are the captures that an alert's calls may be in: those the user
// names, read as one, or those the store knows of that time.
func (a *app) candidates(ctx context.Context, cfg *config.Config, s *subject, from []string) (list []knownCapture, err error) {
	if len(from) > 0 {
		files, err := capture.List(from)
		for _, f := range files {
			if f == capture.Stdin {
				return nil, usage("--from - cannot be read twice", "write it to a file first")
			}
		}
		return []knownCapture{{paths: files}}, err
	}
	if s.sensor != "file" {
		return nil, &problem{code: exitInput, what: "this alert is of live traffic, of which Spaniel keeps no packets", where: "sensor " + s.sensor,
			fix: "if something else recorded them: --from FILE"}
	}
	if _, remote := a.storeFile(cfg); remote == "" {
		err = a.withAnswer(ctx, cfg, fmt.Sprintf("SELECT paths, sizes::VARCHAR[], heads FROM captures WHERE ts <= %s AND capture_last >= %s ORDER BY read_at DESC LIMIT %d",
			quote(s.last), quote(s.first), maxCandidates), func(ans answer) error {
			for ans.Next() {
				v := ans.Values()
				list = append(list, knownCapture{texts(v[0]), texts(v[1]), texts(v[2])})
			}
			return ans.Err()
		})
	}
	if older := (*store.SQLError)(nil); errors.As(err, &older) {
		err = nil // a store that an older version made has no such table
	}
	if err == nil && len(list) == 0 {
		err = &problem{code: exitInput, what: "the store does not know which file this alert was read from",
			why: "it keeps the names of files that read --save was given, but not of standard input or of the bundled capture",
			fix: "name the capture: --from FILE; spaniel demo --export shop.pcap writes the bundled one"}
	}
	return list, err
}

// texts is a list of a query's answer as strings.
func texts(v any) (out []string) {
	list, _ := v.([]any)
	for _, e := range list {
		out = append(out, fmt.Sprint(e))
	}
	return out
}
