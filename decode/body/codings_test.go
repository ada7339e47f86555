package body

import (
	"bytes"
	stdflate "compress/flate"
	stdgzip "compress/gzip"
	stdzlib "compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"spaniel/event"
)

// pack applies a coding.
func pack(t testing.TB, coding string, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "raw":
		w, err = flate.NewWriter(&out, 6)
	case "br":
		w = brotli.NewWriter(&out)
	case "std gzip":
		w = stdgzip.NewWriter(&out)
	case "std deflate":
		w = stdzlib.NewWriter(&out)
	case "std raw":
		w, err = stdflate.NewWriter(&out, 9)
	case "zstd":
		w, err = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	}
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpack decodes a response body of the given Content-Encoding.
func unpack(e *Expander, encoding string, raw []byte, complete bool) (*event.Call, []byte) {
	c := &event.Call{}
	c.Reset(e)
	c.Resp.Headers = []event.Header{{Name: "Content-Encoding", Value: encoding}}
	c.Resp.Raw, c.Resp.Complete = raw, complete
	return c, c.RespBody()
}

func TestCodings(t *testing.T) {
	text := []byte(strings.Repeat("all work and no play ", 500))
	e := New(Config{})
	for round := 0; round < 2; round++ { // decoders are used again
		for _, coding := range []string{"gzip", "deflate", "raw", "br", "zstd"} {
			name := strings.Replace(coding, "raw", "deflate", 1)
			whole := pack(t, coding, text)
			c, got := unpack(e, name, whole, true)
			if !bytes.Equal(got, text) || len(c.Anomalies) > 0 {
				t.Errorf("%s: %d bytes, anomalies %v", coding, len(got), c.Anomalies)
			}
			c, got = unpack(e, name, whole[:len(whole)*2/3], false)
			if !bytes.HasPrefix(text, got) || len(c.Anomalies) > 0 {
				t.Errorf("%s, cut: %d bytes, anomalies %v", coding, len(got), c.Anomalies)
			}
			if c, _ = unpack(e, name, whole[:len(whole)*2/3], true); len(c.Anomalies) != 1 {
				t.Errorf("%s, broken off: anomalies %v", coding, c.Anomalies)
			}
		}
	}
	two := append(pack(t, "gzip", []byte("one ")), pack(t, "gzip", []byte("two"))...)
	if _, got := unpack(e, "gzip", two, true); string(got) != "one two" {
		t.Errorf("two members: %q", got)
	}
	if c, got := unpack(e, "gzip", []byte("no gzip"), true); string(got) != "no gzip" || len(c.Anomalies) != 1 {
		t.Errorf("wrong label: %q, %v", got, c.Anomalies)
	}
	if _, got := unpack(e, "gzip, br", pack(t, "br", pack(t, "gzip", text)), true); !bytes.Equal(got, text) {
		t.Errorf("stacked: %d bytes", len(got))
	}
	four := text
	for range 4 {
		four = pack(t, "gzip", four)
	}
	if c, _ := unpack(e, "gzip,gzip,gzip,gzip", four, true); len(c.Anomalies) == 0 || c.Anomalies[0] != AnomalyStacked {
		t.Errorf("four codings: %v", c.Anomalies)
	}
}

func TestBombs(t *testing.T) {
	zeros := make([]byte, 64<<20)
	e := New(Config{})
	for _, coding := range []string{"gzip", "deflate", "raw", "br", "zstd"} {
		raw := pack(t, coding, zeros)
		c, got := unpack(e, strings.Replace(coding, "raw", "deflate", 1), raw[:min(len(raw), 64<<10)], true)
		if len(got) > 1<<20 || len(c.Anomalies)+int(c.Flags&event.FlagCapped) == 0 {
			t.Errorf("%s: %d bytes from %d, anomalies %v, flags %v", coding, len(got), len(raw), c.Anomalies, c.Flags)
		}
	}
	twice := pack(t, "gzip", pack(t, "gzip", zeros))
	if c, got := unpack(e, "gzip, gzip", twice, true); len(got) > 1<<20 || len(c.Anomalies) != 1 || c.Anomalies[0] != AnomalyBomb {
		t.Errorf("gzip twice: %d bytes from %d, %v", len(got), len(twice), c.Anomalies)
	}
}

// TestOddCodings reads what a strict reader refuses and some browser accepts:
// the text is found, and the call says that something was odd.
func TestOddCodings(t *testing.T) {
	text := []byte("hello hello hello")
	gz := func(flags byte, extra string) []byte {
		b := bytes.Clone(pack(t, "gzip", text))
		b[3] |= flags
		return append(append(b[:10:10], extra...), b[10:]...)
	}
	for _, c := range []struct {
		name, encoding string
		raw            []byte
	}{
		{"gzip with a reserved bit", "gzip", gz(0x40, "")},
		{"gzip with a wrong header checksum", "gzip", gz(2, "\x00\x00")},
		{"plain, called gzip and deflate", "gzip, deflate", text},
		{"plain, called deflate twice", "deflate, deflate", text},
		{"unknown coding", "lzma", text},
		{"name with a colon", ": gzip", gz(0, "")},
		{"name with a NUL", "gz\x00ip", gz(0, "")},
		{"name with a no-break space", "\xa0gzip", gz(0, "")},
	} {
		e := New(Config{})
		if call, got := unpack(e, c.encoding, c.raw, true); !bytes.Equal(got, text) || len(call.Anomalies) != 1 || call.Anomalies[0] != AnomalyEncoding {
			t.Errorf("%s: %q, %v", c.name, got, call.Anomalies)
		}
	}
	c := &event.Call{}
	c.Reset(New(Config{}))
	c.Resp.Headers = []event.Header{{Name: "Content-Encoding\v", Value: "gzip"}}
	c.Resp.Raw, c.Resp.Complete = gz(0, ""), true
	if got := c.RespBody(); !bytes.Equal(got, text) || len(c.Anomalies) != 1 {
		t.Errorf("odd field name: %q, %v", got, c.Anomalies)
	}
}

// TestLabels: bodies whose label does not say how they came about.
func TestLabels(t *testing.T) {
	text := []byte(strings.Repeat("all work and no play ", 20))
	gz, zst, zl := pack(t, "gzip", text), pack(t, "zstd", text), pack(t, "deflate", text)
	for _, c := range []struct {
		name, encoding string
		raw            []byte
		odd            bool
	}{
		{"x-gzip", "x-gzip", gz, false},
		{"identity beside it", "identity, gzip", gz, false},
		{"identity alone", "identity", text, false},
		{"capitals", "GZIP", gz, false},
		{"empty words", ", gzip,", gz, false},
		{"gzip called br", "br", gz, true},
		{"gzip called zstd", "zstd", gz, true},
		{"gzip called deflate", "deflate", gz, true},
		{"zstd called gzip", "gzip", zst, true},
		{"zlib called br", "br", zl, true},
		{"zlib called gzip", "gzip", zl, true},
		{"gzip under a name of nobody", "compress", gz, true},
		{"the wrong order", "br, gzip", pack(t, "br", gz), true},
		{"junk behind gzip", "gzip", append(bytes.Clone(gz), "junk"...), true},
		{"junk behind zlib", "deflate", append(bytes.Clone(zl), "junk"...), false},
		{"a member behind a member", "gzip", append(bytes.Clone(gz), gz...), false},
	} {
		call, got := unpack(New(Config{}), c.encoding, c.raw, true)
		if !bytes.HasPrefix(got, text) && c.name != "the wrong order" || (len(call.Anomalies) > 0) != c.odd {
			t.Errorf("%s: %d bytes, anomalies %v", c.name, len(got), call.Anomalies)
		}
	}
}

// TestCodingsOracle stacks codings that the standard library's writers and
// others made, and reads the text back; of a part, its beginning.
func TestCodingsOracle(t *testing.T) {
	e := New(Config{})
	rapid.Check(t, func(r *rapid.T) {
		text := []byte(strings.Repeat(rapid.StringN(1, 200, -1).Draw(r, "text"), rapid.IntRange(1, 20).Draw(r, "times")))
		body, names := text, []string{}
		for range rapid.IntRange(1, maxCodings).Draw(r, "codings") {
			coding := rapid.SampledFrom([]string{"gzip", "deflate", "raw", "br", "zstd", "std gzip", "std deflate", "std raw"}).Draw(r, "coding")
			body = pack(t, coding, body)
			names = append(names, strings.Replace(strings.TrimPrefix(coding, "std "), "raw", "deflate", 1))
		}
		encoding := strings.Join(names, ", ")
		if c, got := unpack(e, encoding, body, true); !bytes.Equal(got, text) || len(c.Anomalies) > 0 {
			r.Fatalf("%s: %d bytes of %d, anomalies %v", encoding, len(got), len(text), c.Anomalies)
		}
		cut := rapid.IntRange(0, len(body)).Draw(r, "cut")
		if c, got := unpack(e, encoding, body[:cut], false); !bytes.HasPrefix(text, got) || len(c.Anomalies) > 0 {
			r.Fatalf("%s, %d bytes of %d: no beginning of the text, anomalies %v", encoding, cut, len(body), c.Anomalies)
		}
	})
}

// TestLargeZstd: a body that is whole in one frame says how long it is, and its
// window is as large: up to what HTTP allows its beginning is read.
func TestLargeZstd(t *testing.T) {
	enc, err := zstd.NewWriter(nil, zstd.WithSingleSegment(true))
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int]string{1 << 19: "", 3 << 20: "capped", 8 << 20: "capped", 9 << 20: AnomalyEncoding} {
		text, rng := make([]byte, size), rand.New(rand.NewPCG(1, uint64(size)))
		for i := range text {
			text[i] = "0123456789abcdef"[rng.IntN(16)] // half as large, and no bomb
		}
		c := new(event.Call)
		c.Reset(New(Config{}))
		c.Resp.Headers = []event.Header{{Name: "Content-Encoding", Value: "zstd"}}
		c.Resp.Raw, c.Resp.Complete = enc.EncodeAll(text, nil), true
		got := c.RespBody()
		mark := strings.Join(c.Anomalies, ",")
		if c.Flags.Has(event.FlagCapped) {
			mark += "capped"
		}
		if want == AnomalyEncoding {
			got = text[:min(size, 1<<20)] // as sent
		}
		if mark != want || !bytes.Equal(got, text[:min(size, 1<<20)]) {
			t.Errorf("%d bytes: marked %q, want %q, %d bytes read", size, mark, want, len(got))
		}
	}
}
