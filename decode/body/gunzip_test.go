package body

import (
	"bytes"
	stdflate "compress/flate"
	stdgzip "compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/flate"
	"pgregory.net/rapid"
)

// member is a gzip member around deflate data that is to give text.
func member(deflated, text []byte) []byte {
	b := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, deflated...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(text))
	return binary.LittleEndian.AppendUint32(b, uint32(len(text)))
}

// FuzzGunzip: what is undone in one go is what the standard library makes of it, and
// nothing is undone that it finds a fault in.
func FuzzGunzip(f *testing.F) {
	for _, level := range []int{0, 1, 6, 9, -2} {
		for _, text := range []string{"", "a", "hello hello hello hello", `{"items":[{"id":1,"name":"a"},{"id":22,"name":"b"}]}`, string(make([]byte, 3000))} {
			var std, other bytes.Buffer
			w, err := stdflate.NewWriter(&std, level)
			v, verr := flate.NewWriter(&other, level)
			if err != nil || verr != nil {
				f.Fatal(err, verr)
			}
			_, _ = w.Write([]byte(text)) // into memory, as the others
			_, _ = v.Write([]byte(text))
			_, _ = w.Close(), v.Close()
			f.Add(std.Bytes(), "x")
			f.Add(other.Bytes(), text)
		}
	}
	var z gunzipper
	var dst []byte
	f.Fuzz(func(t *testing.T, deflated []byte, text string) {
		src := bytes.NewReader(deflated)
		want, err := io.ReadAll(stdflate.NewReader(src))
		whole := member(deflated, want)
		if _, ok := z.gunzip(member(deflated, []byte(text)), nil, 1<<16); ok && text != string(want) {
			t.Fatalf("%q is said to be %q", want, text)
		}
		got, ok := z.gunzip(whole, dst, 1<<16)
		switch {
		case ok && (err != nil || src.Len() > 0 || !bytes.Equal(got, want)):
			t.Fatalf("got %q, want %q, %v and %d bytes left", got, want, err, src.Len())
		case ok:
			r, err := stdgzip.NewReader(bytes.NewReader(whole))
			if err != nil {
				t.Fatal(err)
			}
			if same, err := io.ReadAll(r); err != nil || !bytes.Equal(same, got) {
				t.Fatalf("got %q, gzip %q, %v", got, same, err)
			}
		}
		dst = got[:0]
		if _, short := z.gunzip(whole, nil, len(want)-1); short {
			t.Fatal("more than the limit")
		}
		if k := len(text); k < len(whole) {
			if _, ok := z.gunzip(whole[:k], nil, 1<<16); ok && k < 18 {
				t.Fatalf("%d bytes are no gzip", k)
			}
		}
	})
}

// TestGunzip: what compressors make is undone in one go, but for the few blocks that
// have one offset or none.
func TestGunzip(t *testing.T) {
	var z gunzipper
	var dst []byte
	undone, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		text := make([]byte, rnd.IntN(60_000))
		letters := 1 + rnd.IntN(255)
		for i := range text {
			text[i] = byte(rnd.IntN(letters))
		}
		for range len(text) / 50 { // what came before comes again
			from, to := rnd.IntN(len(text)), rnd.IntN(len(text))
			copy(text[to:min(to+rnd.IntN(400), len(text))], text[from:])
		}
		level := rapid.SampledFrom([]int{0, 1, 2, 5, 6, 9, -2}).Draw(t, "level")
		var packed bytes.Buffer
		var w io.WriteCloser
		var err error
		if rapid.Bool().Draw(t, "std") {
			w, err = stdgzip.NewWriterLevel(&packed, level)
		} else {
			packed.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
			w, err = flate.NewWriter(&packed, level)
		}
		if err != nil {
			t.Fatal(err)
		}
		for rest := text; len(rest) > 0; { // in blocks
			n := 1 + rnd.IntN(len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			if f, ok := w.(interface{ Flush() error }); ok && rnd.IntN(3) == 0 {
				if err := f.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		whole := packed.Bytes()
		if _, std := w.(*stdgzip.Writer); !std {
			whole = member(whole[10:], text)
		}
		got, ok := z.gunzip(whole, dst, 1<<16)
		if all++; ok {
			if undone++; !bytes.Equal(got, text) {
				t.Fatalf("%d bytes are other ones", len(text))
			}
		}
		dst = got[:0]
		if len(whole) > 20 { // a bit is wrong
			bad := bytes.Clone(whole)
			bad[10+rnd.IntN(len(bad)-10)] ^= 1 << rnd.IntN(8)
			if got, ok := z.gunzip(bad, nil, 1<<16); ok && !bytes.Equal(got, text) { // some bits say nothing
				t.Fatal("a wrong bit is not seen")
			}
		}
	})
	if undone*2 < all {
		t.Errorf("%d of %d were undone", undone, all)
	}
	t.Logf("%d of %d were undone", undone, all)
}

// BenchmarkGunzip undoes answers such as an API gives, in one go and as streams.
func BenchmarkGunzip(b *testing.B) {
	text := []byte(`{"items":[`)
	rnd := rand.New(rand.NewPCG(1, 2))
	for len(text) < 4000 {
		text = fmt.Appendf(text, `{"id":%d,"name":"article %x","price":%d.%02d,"stock":%d,"tags":["new","sale"],"note":"ships in %d days"},`,
			rnd.IntN(1e6), rnd.Uint32(), rnd.IntN(900), rnd.IntN(100), rnd.IntN(50), rnd.IntN(9))
	}
	raw := pack(b, "std gzip", text)
	e := New(Config{})
	for _, one := range []bool{true, false} {
		b.Run(map[bool]string{true: "in one go", false: "as a stream"}[one], func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			limit := 1 << 16
			if !one {
				limit = 0
			}
			var z gunzipper
			var dst []byte
			for b.Loop() {
				var ok bool
				if dst, ok = z.gunzip(raw, dst[:0], limit); ok {
					continue
				}
				e.src.Reset(raw)
				r, err := e.gzip()
				if err != nil {
					b.Fatal(err)
				}
				dst, _ = e.pull(r, len(raw), dst[:0])
			}
		})
	}
}
