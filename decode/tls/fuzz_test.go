package tls

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// tape is a connection whose peer has said all it will ever say.
type tape struct {
	net.Conn
	r io.Reader
}

func (c tape) Read(b []byte) (int, error)         { return c.r.Read(b) }
func (c tape) Write(b []byte) (int, error)        { return len(b), nil }
func (c tape) Close() error                       { return nil }
func (c tape) SetDeadline(time.Time) error        { return nil }
func (c tape) SetWriteDeadline(t time.Time) error { return nil }

// goReads returns what crypto/tls makes of the client's bytes, nil if it
// refuses them.
func goReads(b []byte) (hello *tls.ClientHelloInfo) {
	stop := errors.New("seen")
	s := tls.Server(tape{r: bytes.NewReader(b)}, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		hello = h
		return nil, stop
	}})
	if err := s.HandshakeContext(context.Background()); err == nil {
		return nil
	}
	return hello
}

// FuzzTLSHello reads any bytes as a client's and as a server's: it never
// panics, a cut changes nothing, and where crypto/tls takes the hello, name
// and protocols are those it reads.
func FuzzTLSHello(f *testing.F) {
	f.Add([]byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"), []byte("\x15\x03\x01\x00\x02\x02\x28"))
	f.Fuzz(func(t *testing.T, up, down []byte) {
		whole, _ := told(t, up, down, 0)
		cut, _ := told(t, up, down, 1+len(up)%9)
		for name, v := range whole {
			if cut[name] != v {
				t.Fatalf("%s is %q, cut %q", name, v, cut[name])
			}
		}
		hello := goReads(up)
		if hello == nil || !versionThree(up) {
			return
		}
		if got, want := whole["sni"], hello.ServerName; got != want[:min(len(want), maxValue)] {
			t.Errorf("sni %q, crypto/tls %q", got, want)
		}
		if got, want := whole["alpn_offered"], strings.Join(hello.SupportedProtos, ","); got != want[:min(len(want), maxValue)] {
			t.Errorf("alpn %q, crypto/tls %q of %s", got, want, hex.EncodeToString(up))
		}
		if c := parsed(up); c != nil && !slices.Equal(c.Ciphers, hello.CipherSuites) {
			t.Errorf("ciphers %x, crypto/tls %x", c.Ciphers, hello.CipherSuites)
		}
	})
}

// versionThree reports whether all records have a version of 3.x. crypto/tls
// takes any below 16 before the handshake; other servers, as we, do not.
func versionThree(b []byte) bool {
	for len(b) >= 5 {
		if b[1] != 3 {
			return false
		}
		b = b[min(len(b), 5+int(b[3])<<8+int(b[4])):]
	}
	return true
}

// parsed returns the first client hello in a client's bytes.
func parsed(b []byte) (h *ClientHello) {
	var r records
	r.feed(b, func(kind byte, body []byte) bool {
		if kind == msgClientHello {
			h = ParseClientHello(body)
		}
		return false
	})
	return h
}
