package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A segment's header is two copies of: magic 8 ‖ version u32 ‖ salt u64 ‖
// first u64 ‖ crc32c u32. Two, because without the salt no record of the
// segment could be believed.
const (
	magic      = "SPNLSPOL"
	version    = 1
	copySize   = 8 + 4 + 8 + 8 + 4
	headerSize = 2 * copySize
	extension  = ".spool"
)

// A segment is one file. Records of it numbered above last are not part of
// it: they were written again to the next one after a failed sync.
type segment struct {
	path        string
	first, last uint64
	salt        uint64
	size        int64 // bytes that are on disk for sure
	unreadable  bool  // both copies of the header are bad
}

func segmentPath(dir string, first uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", first, extension))
}

func appendHeader(b []byte, salt, first uint64) []byte {
	for range 2 {
		at := len(b)
		b = binary.LittleEndian.AppendUint32(append(b, magic...), version)
		b = binary.LittleEndian.AppendUint64(b, salt)
		b = binary.LittleEndian.AppendUint64(b, first)
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[at:], castagnoli))
	}
	return b
}

// errVersion is a segment of a version this program does not know.
var errVersion = errors.New("written by a version of Spaniel that this one does not know; it is left as it is")

// parseHeader reads the salt from whichever copy is whole.
func parseHeader(b []byte) (salt uint64, ok bool, err error) {
	for ; len(b) >= copySize; b = b[copySize:] {
		c := b[:copySize]
		if !bytes.HasPrefix(c, []byte(magic)) || binary.LittleEndian.Uint32(c[copySize-4:]) != crc32.Checksum(c[:copySize-4], castagnoli) {
			continue
		}
		if v := binary.LittleEndian.Uint32(c[8:]); v != version {
			return 0, false, fmt.Errorf("format version %d, %w", v, errVersion)
		}
		return binary.LittleEndian.Uint64(c[12:]), true, nil
	}
	return 0, false, nil
}

// listSegments returns the segments of a directory in their order, with the
// salt of each; last is known of all but the last one.
func listSegments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var segs []segment
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), extension)
		first, err := strconv.ParseUint(digits, 10, 64)
		if !ok || err != nil || len(digits) != 20 {
			continue // not ours
		}
		s, err := readSegment(filepath.Join(dir, e.Name()), first)
		if errors.Is(err, fs.ErrNotExist) {
			continue // whoever owns it removed it just now
		}
		if err != nil {
			return nil, err
		}
		segs = append(segs, s)
	}
	slices.SortFunc(segs, func(a, b segment) int { return strings.Compare(a.path, b.path) })
	for i := range len(segs) - 1 {
		segs[i].last = segs[i+1].first - 1
	}
	return segs, nil
}

func readSegment(path string, first uint64) (segment, error) {
	s := segment{path: path, first: first}
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close() // read only: nothing to lose
	st, err := f.Stat()
	if err != nil {
		return s, err
	}
	s.size = st.Size()
	var head [headerSize]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return s, err
	}
	salt, ok, err := parseHeader(head[:n])
	if err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	s.salt, s.unreadable = salt, !ok || n < headerSize
	return s, nil
}

// createSegment makes the file and its name durable, ready for appending.
func createSegment(dir string, salt, first uint64) (*os.File, error) {
	path := segmentPath(dir, first)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(appendHeader(nil, salt, first))
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
