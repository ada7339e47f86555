package body

import (
	"bytes"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// codecs are the decoders, made on first use and kept.
type codecs struct {
	src  bytes.Reader
	gz   *gzip.Reader
	zl   io.ReadCloser
	fl   io.ReadCloser
	br   *brotli.Reader
	zs   *zstd.Decoder
	gun  *gunzipper
	tiny [1]byte
}

// fault says why decoding stopped early.
type fault uint8

const (
	faultNone fault = iota
	faultBroken
	faultBomb
	faultCap
)

// zstdWindow is the largest window RFC 9659 allows in HTTP.
const zstdWindow = 8 << 20

// decode undoes one coding of in, appending to dst. size is what came over the
// wire, which the ratio is measured by.
func (e *Expander) decode(coding string, size int, in, dst []byte) ([]byte, fault) {
	dst, f := e.undo(coding, size, in, dst)
	if f == faultBroken && len(dst) == 0 {
		dst, f = e.inflate(coding, size, in, dst)
	}
	other := codingBy(in)
	if f != faultBroken || other == "" || other == coding || coding == "x-"+other {
		return dst, f
	}
	// The label is wrong: what was made of the body by it is noise.
	if dst, f = e.undo(other, size, in, dst[:0]); f == faultNone {
		f = faultBroken
	}
	return dst, f
}

// undo is decode by the letter.
func (e *Expander) undo(coding string, size int, in, dst []byte) ([]byte, fault) {
	if coding == "gzip" || coding == "x-gzip" {
		if e.gun == nil {
			e.gun = &gunzipper{}
		}
		var ok bool
		if dst, ok = e.gun.gunzip(in, dst, min(ratioFree, e.cfg.MaxOutput)); ok {
			return dst, faultNone
		}
	}
	e.src.Reset(in)
	var r io.Reader
	var err error
	switch coding {
	case "gzip", "x-gzip":
		r, err = e.gzip()
	case "deflate":
		r, err = e.deflate(in)
	case "br":
		r, err = e.brotli()
	case "zstd":
		r, err = e.zstd()
	default:
		return dst, faultBroken
	}
	if err != nil {
		return dst, faultBroken
	}
	dst, f := e.pull(r, size, dst)
	e.release(coding, in, len(dst))
	return dst, f
}

// codingBy names the coding that a body begins as, "" where nothing tells.
func codingBy(in []byte) string {
	switch {
	case bytes.HasPrefix(in, []byte{0x1f, 0x8b, 8}):
		return "gzip"
	case bytes.HasPrefix(in, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "zstd"
	case len(in) > 2 && in[0] == 0x78 && (uint(in[0])<<8|uint(in[1]))%31 == 0:
		return "deflate"
	}
	return ""
}

// inflate tries once more what a strict reader of the wrapping refused and a
// browser reads: raw deflate that begins like zlib, gzip with odd header bits.
func (e *Expander) inflate(coding string, size int, in, dst []byte) ([]byte, fault) {
	switch coding {
	case "deflate":
		e.src.Reset(in)
	case "gzip", "x-gzip":
		start, ok := gzipStart(in)
		if !ok {
			return dst, faultBroken
		}
		e.src.Reset(in[start:])
	default:
		return dst, faultBroken
	}
	dst, f := e.pull(e.flate(), size, dst)
	if coding != "deflate" && f == faultNone {
		f = faultBroken // what was passed over was not in order
	}
	return dst, f
}

// gzipStart returns where the deflate data of a gzip member begins, by its
// header without regard to reserved bits and the header's checksum.
func gzipStart(b []byte) (n int, ok bool) {
	if len(b) < 10 || b[0] != 0x1f || b[1] != 0x8b || b[2] != 8 {
		return 0, false
	}
	flags := b[3]
	n = 10
	if flags&4 != 0 && len(b) >= n+2 {
		n += 2 + int(b[n]) + int(b[n+1])<<8
	}
	for _, named := range []byte{8, 16} {
		if flags&named != 0 && n < len(b) {
			i := bytes.IndexByte(b[n:], 0)
			if i < 0 {
				return 0, false
			}
			n += i + 1
		}
	}
	if flags&2 != 0 {
		n += 2
	}
	return n, n < len(b)
}

// pull reads r to its end or to a bound.
func (e *Expander) pull(r io.Reader, size int, dst []byte) ([]byte, fault) {
	for {
		if len(dst) > ratioFree && len(dst) > e.cfg.MaxRatio*size {
			return dst, faultBomb
		}
		if len(dst) >= e.cfg.MaxOutput {
			return e.atCap(r, dst)
		}
		if cap(dst)-len(dst) < 512 {
			dst = append(dst, make([]byte, max(4096, min(cap(dst), 256<<10)))...)[:len(dst)]
		}
		room := dst[len(dst):min(cap(dst), e.cfg.MaxOutput)]
		n, err := r.Read(room)
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, faultNone
		}
		if err != nil {
			return dst, faultBroken
		}
	}
}

// atCap says whether anything is left beyond the cap.
func (e *Expander) atCap(r io.Reader, dst []byte) ([]byte, fault) {
	if n, err := r.Read(e.tiny[:]); n == 0 && err == io.EOF {
		return dst, faultNone
	}
	return dst, faultCap
}

func (e *Expander) gzip() (io.Reader, error) {
	if e.gz != nil {
		return e.gz, e.gz.Reset(&e.src)
	}
	z, err := gzip.NewReader(&e.src)
	if err == nil {
		e.gz = z
	}
	return z, err
}

// deflate is zlib by the RFC and raw deflate by habit of some servers.
func (e *Expander) deflate(in []byte) (io.Reader, error) {
	if len(in) < 2 || in[0]&0x0f != 8 || (uint(in[0])<<8|uint(in[1]))%31 != 0 {
		return e.flate(), nil
	}
	if e.zl != nil {
		return e.zl, e.zl.(zlib.Resetter).Reset(&e.src, nil)
	}
	z, err := zlib.NewReader(&e.src)
	if err == nil {
		e.zl = z
	}
	return z, err
}

func (e *Expander) flate() io.Reader {
	if e.fl == nil {
		e.fl = flate.NewReader(&e.src)
		return e.fl
	}
	if err := e.fl.(flate.Resetter).Reset(&e.src, nil); err != nil {
		e.fl = flate.NewReader(&e.src)
	}
	return e.fl
}

func (e *Expander) brotli() (io.Reader, error) {
	if e.br == nil {
		e.br = brotli.NewReader(&e.src)
		return e.br, nil
	}
	return e.br, e.br.Reset(&e.src)
}

// zstd decodes on the calling goroutine only.
func (e *Expander) zstd() (io.Reader, error) {
	if e.zs != nil {
		return e.zs, e.zs.Reset(&e.src)
	}
	z, err := zstd.NewReader(&e.src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderMaxMemory(zstdWindow)) // it refuses windows, not output, beyond that
	if err == nil {
		e.zs = z
	}
	return z, err
}

// release lets go of a decoder that took more memory for one body than is fit
// to be kept: both windows grow with what comes in.
func (e *Expander) release(coding string, in []byte, out int) {
	switch {
	case coding == "br" && out > keepBytes:
		e.br = nil
	case coding == "zstd":
		var h zstd.Header
		if out > keepBytes || h.Decode(in) != nil || h.WindowSize > keepBytes || h.FrameContentSize > keepBytes {
			if e.zs != nil {
				e.zs.Close()
			}
			e.zs = nil
		}
	}
}
