package decode

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"spaniel/event"
)

// evil is what the evasions of testdata/evasions.txt carry past a reader that
// is not a browser.
const evil = "abcdefghijklmnopqrstuvwxyz"

// evasion is one response that hides its body.
type evasion struct {
	name     string
	response []byte
	want     []string // any of them will do
}

// evasionsOf reads the table: a family has shapes, its lines fill each.
func evasionsOf(t *testing.T, text string, parts map[string]string) (list []evasion) {
	var family string
	var shapes []string
	fresh := false
	for n, line := range strings.Split(text, "\n") {
		switch name, shape := strings.CutPrefix(line, "shape: "); {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "== "):
			family, shapes = line[3:], nil
		case shape:
			if fresh {
				shapes = nil
			}
			shapes, fresh = append(shapes, name), false
		default:
			fresh = true
			want, value, ok := strings.Cut(line, " | ")
			if !ok {
				t.Fatalf("line %d has no bar", n+1)
			}
			for i, s := range shapes {
				s = strings.ReplaceAll(s, "{}", value)
				s, err := strconv.Unquote(`"` + s + `"`)
				if err != nil {
					t.Fatalf("line %d: %v", n+1, err)
				}
				list = append(list, evasion{fmt.Sprintf("%s, shape %d, line %d", family, i+1, n+1), fill(t, s, parts), strings.Split(want, "/")})
			}
		}
	}
	return list
}

// fill puts the parts of bodies into s: <P> is one, <#P> its length, <xP> the
// same in hexadecimal.
func fill(t *testing.T, s string, parts map[string]string) []byte {
	var out []byte
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return append(out, s...)
		}
		end := i + strings.IndexByte(s[i:], '>')
		name := s[i+1 : end]
		out = append(out, s[:i]...)
		s = s[end+1:]
		part, ok := parts[strings.TrimLeft(name, "#x")]
		switch {
		case !ok:
			t.Fatalf("no part %q", name)
		case name[0] == '#':
			part = strconv.Itoa(len(part))
		case name[0] == 'x':
			part = strconv.FormatInt(int64(len(part)), 16)
		}
		out = append(out, part...)
	}
}

// evasionParts are the bodies: P as it is, P1 and P2 its halves, C in two
// chunks, and coded in all ways.
func evasionParts() map[string]string {
	const half = len(evil) / 2
	pack := func(wrap func(io.Writer) io.WriteCloser, s string) string {
		var b bytes.Buffer
		w := wrap(&b)
		_, err := io.WriteString(w, s)
		if err := w.Close(); err != nil {
			panic(err)
		}
		if err != nil {
			panic(err)
		}
		return b.String()
	}
	gz := func(s string) string { return pack(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, s) }
	zl := func(s string) string { return pack(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, s) }
	fl := func(level int) string {
		return pack(func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, level); return z }, evil)
	}
	br := pack(func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }, evil)
	zs := pack(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)); return z }, evil)
	blocks := func(w io.Writer) io.WriteCloser {
		z, _ := flate.NewWriter(w, 9)
		io.WriteString(z, evil[:half])
		z.Flush()
		return z
	}
	raw, inBlocks := fl(9), pack(blocks, evil[half:])
	sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(evil)))
	size := string([]byte{byte(len(evil)), 0, 0, 0})
	tail := string(sum) + size
	head := func(flags byte, more string) string {
		return "\x1f\x8b\x08" + string(flags) + "\x00\x00\x00\x00\x00\x03" + more
	}
	g, z := head(0, "")+raw+tail, zl(evil)
	return map[string]string{
		"P": evil, "P1": evil[:half], "P2": evil[half:], "C": "d\r\n" + evil[:half] + "\r\nd\r\n" + evil[half:] + "\r\n0\r\n\r\n",
		"G": g, "Z": z, "R": raw, "BR": br, "ZS": zs, "GG": gz(g), "GGG": gz(gz(g)), "GGGG": gz(gz(gz(g))), "GZ": gz(z), "ZG": zl(g), "BRG": gz(br),
		"Gname": head(8, "a.exe\x00") + raw + tail, "Gcomment": head(16, "hi\x00") + raw + tail, "Gextra": head(4, "\x03\x00abc") + raw + tail,
		"Gall": head(28, "\x03\x00abca.exe\x00hi\x00") + raw + tail, "Gtext": head(1, "") + raw + tail, "Gsystem": "\x1f\x8b\x08\x00\x12\x34\x56\x78\x02\xff" + raw + tail,
		"Gheadsum": head(2, "\x00\x00") + raw + tail, "Greserved": head(0xe0, "") + raw + tail, "Gmethod": "\x1f\x8b\x07" + g[3:],
		"Gjunk": g + "junk", "Gnul": g + "\x00\x00\x00\x00", "Gnosum": head(0, "") + raw, "Ghalfsum": g[:len(g)-5], "Gsum": head(0, "") + raw + "\x00\x00\x00\x00" + size,
		"Gsize": head(0, "") + raw + string(sum) + "\x00\x00\x00\x00", "Gtwo": gz(evil[:half]) + gz(evil[half:]), "Gempty": gz("") + g, "Gbefore": "\x00" + g,
		"Gcut": g[:len(g)-20], "Gstored": head(0, "") + fl(0) + tail, "Gblocks": head(0, "") + inBlocks + tail, "Gmagic": "\x1f\x8c" + g[2:],
		"Zsum": z[:len(z)-4] + "\x00\x00\x00\x00", "Znosum": z[:len(z)-4], "Zjunk": z + "junk", "Zstored": "\x78\x01" + fl(0) + z[len(z)-4:], "Rjunk": raw + "junk", "Rstored": fl(0), "Rblocks": inBlocks,
		"Zdict": "\x78\xbb\x00\x00\x00\x01" + raw, "Zwindow": "\x08\x1d" + raw + z[len(z)-4:], "Zcheck": "\x78\x9d" + raw + z[len(z)-4:],
		"long": strings.Repeat("x", 300), "fields": strings.Repeat("A: b\r\n", 300),
	}
}

// escaped is what came of an evasion.
type escaped struct {
	read, loss bool
	bodies     []string
	marks      []string // anomalies and flags
}

func escape(t *testing.T, response []byte) (e escaped) {
	r := run(t, talk("GET /evil HTTP/1.1\r\nHost: h\r\n\r\n", "<"+string(response)), 512, func(_ *Config, parts []*Partition) {
		for _, p := range parts {
			call := p.out.Call
			p.out.Call = func(c *event.Call) {
				body := c.RespBody()
				e.read = e.read || bytes.Contains(body, []byte(evil))
				for a := c.Alt; a != nil; a = a.Alt {
					e.read = e.read || bytes.Contains(a.RespBody(), []byte(evil))
				}
				e.bodies = append(e.bodies, string(body))
				e.marks = append(append(e.marks, c.Anomalies...), c.Flags.Append(nil)...)
				call(c)
			}
		}
	})
	e.marks = append(e.marks, r.notes...)
	e.loss = len(r.loss) > 0
	return e
}

// TestEvasions reads responses made to be read by browsers and not by us. What
// clients read alike is read here; where they differ, or refuse it, an anomaly
// says so. None passes in silence.
func TestEvasions(t *testing.T) {
	text, err := os.ReadFile("testdata/evasions.txt")
	if err != nil {
		t.Fatal(err)
	}
	parts := evasionParts()
	list := evasionsOf(t, string(text), parts)
	seen := map[string]string{}
	plain, both, marked, inner := 0, 0, 0, 0
	for _, x := range list {
		if other, twice := seen[string(x.response)]; twice {
			t.Errorf("%s is %s", x.name, other)
		}
		seen[string(x.response)] = x.name
		e := escape(t, x.response)
		if !slices.ContainsFunc(x.want, func(want string) bool { return e.is(want, parts) }) {
			t.Errorf("%s: want %q, got %+v of %.200q", x.name, x.want, e, x.response)
		}
		switch {
		case e.read && len(e.marks) == 0:
			plain++
		case e.read:
			both++
		case len(e.marks) > 0 || e.loss:
			marked++
		case parts[x.want[0]] != "":
			inner++
		default:
			t.Errorf("%s passes in silence: %.200q", x.name, x.response)
		}
	}
	if len(seen) < 502 {
		t.Errorf("only %d evasions", len(seen))
	}
	t.Logf("%d evasions: the body read in %d, read and marked in %d, marked or lost in %d; in %d no client decodes it", len(seen), plain, both, marked, inner)
}

// is reports whether e is what the word wants: plain is read and not marked,
// read is read, loss and the names of anomalies and flags must have been told,
// and the name of a part is a body, not marked.
func (e escaped) is(want string, parts map[string]string) bool {
	part, named := parts[want]
	switch {
	case want == "plain":
		return e.read && len(e.marks) == 0 && !e.loss
	case want == "read":
		return e.read
	case want == "loss":
		return e.loss
	case named:
		return slices.Contains(e.bodies, part) && len(e.marks) == 0 && !e.loss
	}
	return slices.Contains(e.marks, want)
}
