package spool

import (
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A place is what a cursor's file keeps: the last record acknowledged, the
// last of the batch that is on its way, how many records were lost, and the
// note that belongs to what was acknowledged. It is one line of text:
// spaniel-cursor 1 ACKED CUT LOST CRC32C, or, with a note in base64,
// spaniel-cursor 2 ACKED CUT LOST NOTE CRC32C.
type place struct {
	acked, cut, lost uint64
	note             string
}

const cursorExtension = ".cursor"

func cursorPath(dir, sink string) string { return filepath.Join(dir, sink+cursorExtension) }

func plainName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= 100
}

func (p place) line() string {
	body := fmt.Sprintf("spaniel-cursor 1 %d %d %d", p.acked, p.cut, p.lost)
	if p.note != "" {
		body = fmt.Sprintf("spaniel-cursor 2 %d %d %d %s", p.acked, p.cut, p.lost, base64.StdEncoding.EncodeToString([]byte(p.note)))
	}
	return fmt.Sprintf("%s %08x\n", body, crc32.Checksum([]byte(body), castagnoli))
}

// loadPlace reads a cursor's file; ok is false if there is none or it is damaged.
func loadPlace(path string) (p place, ok bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return place{}, false, nil
	}
	if err != nil {
		return place{}, false, err
	}
	p, ok = parsePlace(string(text))
	return p, ok, nil
}

func parsePlace(text string) (p place, ok bool) {
	var version int
	n, err := fmt.Sscanf(text, "spaniel-cursor %d %d %d %d", &version, &p.acked, &p.cut, &p.lost)
	if err != nil || n != 4 {
		return place{}, false
	}
	if words := strings.Fields(text); version == 2 && len(words) == 7 {
		note, err := base64.StdEncoding.DecodeString(words[5])
		if err != nil {
			return place{}, false
		}
		p.note = string(note)
	}
	if p.line() != text {
		return place{}, false
	}
	return p, true
}

// keep puts the cursor's place on disk, and lets go of the segments behind it: a new file, synced, renamed
// over the old, and the directory synced.
func (c *Cursor) keep() error {
	tmp := c.path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keeping cursor %s: %w", c.name, err)
	}
	_, err = f.WriteString(c.kept.line())
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, c.path)
	}
	if err == nil {
		err = syncDir(c.l.dir)
	}
	if err != nil {
		return fmt.Errorf("keeping cursor %s: %w", c.name, err)
	}
	c.dirty = false
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	c.stored = c.kept.acked
	return c.l.release()
}

// highestCut returns the highest number any cursor of the directory has seen.
func highestCut(dir string) (uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var high uint64
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), cursorExtension) {
			continue
		}
		p, ok, err := loadPlace(filepath.Join(dir, e.Name()))
		if err != nil {
			return 0, err
		}
		if ok {
			high = max(high, p.acked, p.cut)
		}
	}
	return high, nil
}
