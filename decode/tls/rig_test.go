package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"spaniel/event"
)

// spoken is what one side of a handshake sent.
type spoken struct {
	net.Conn
	mu   *sync.Mutex
	sent *bytes.Buffer
}

func (s spoken) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.sent.Write(b)
	s.mu.Unlock()
	return s.Conn.Write(b)
}

// handshake records what both sides of a true handshake send.
func handshake(t testing.TB, client, server *tls.Config) (up, down []byte) {
	t.Helper()
	server = server.Clone()
	server.Certificates = []tls.Certificate{selfSigned(t)}
	a, b := net.Pipe()
	var mu sync.Mutex
	var sent [2]bytes.Buffer
	done := make(chan error, 1)
	go func() {
		s := tls.Server(spoken{b, &mu, &sent[1]}, server)
		done <- s.Handshake()
	}()
	c := tls.Client(spoken{a, &mu, &sent[0]}, client)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	return bytes.Clone(sent[0].Bytes()), bytes.Clone(sent[1].Bytes())
}

func selfSigned(t testing.TB) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "shop.example", Organization: []string{"Shop, Inc"}},
		NotBefore: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), NotAfter: time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC), DNSNames: []string{"shop.example", "api.shop.example"}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// told reads both sides, cut at size bytes, 0 for whole.
func told(t testing.TB, up, down []byte, size int) (fields map[string]string, r *Report) {
	t.Helper()
	var led event.Ledger
	c := NewConn(&led, func(got *Report, _ event.Stamp) {
		if r != nil {
			t.Error("two reports of one connection")
		}
		r = got
	})
	at := event.Stamp{Frame: 1, Time: 5}
	for d, b := range [][]byte{up, down} {
		for len(b) > 0 {
			n := len(b)
			if size > 0 {
				n = min(size, n)
			}
			piece := bytes.Clone(b[:n])
			c.Data(event.Direction(d), piece, at)
			clear(piece)
			b = b[n:]
			at.Frame++
		}
	}
	c.Close(at)
	if want := uint64(len(up) + len(down)); led.SkippedBytes != want {
		t.Errorf("%d bytes counted of %d", led.SkippedBytes, want)
	}
	if !c.over || cap(c.half[0].buf)+cap(c.half[1].buf) > 0 {
		t.Error("memory is held after the hellos")
	}
	fields = map[string]string{}
	if r != nil {
		for _, f := range r.Fields {
			fields[f.Name] = f.Value
		}
	}
	return fields, r
}
