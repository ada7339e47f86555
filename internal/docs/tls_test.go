package docs

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
	"net/netip"
	"testing"
	"time"

	"spaniel/event"
	"spaniel/internal/demo"
	"spaniel/internal/wiretest"
)

// spoken keeps what one side of a handshake sends. Both sides take turns, and
// are over before anybody looks.
type spoken struct {
	net.Conn
	sent *bytes.Buffer
}

func (s spoken) Write(b []byte) (int, error) {
	s.sent.Write(b)
	return s.Conn.Write(b)
}

// tlsFrames is a connection of TLS 1.2 to a server whose certificate is over
// ten days later.
func tlsFrames(t *testing.T) []event.Frame {
	t.Helper()
	start := time.Unix(0, demo.Start)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "pay.example"}, NotBefore: start.AddDate(-1, 0, 0), NotAfter: start.AddDate(0, 0, 10), DNSNames: []string{"pay.example"}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	var up, down bytes.Buffer
	done := make(chan error, 1)
	go func() {
		done <- tls.Server(spoken{b, &down}, &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}).Handshake()
	}()
	// The test is about what is said, not about whom to believe.
	if err := tls.Client(spoken{a, &up}, &tls.Config{ServerName: "pay.example", InsecureSkipVerify: true}).Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w := wiretest.New(1, demo.Start)
	c := w.Conn(netip.MustParseAddrPort("203.0.113.9:5001"), netip.MustParseAddrPort("10.0.0.9:8443"))
	c.Open()
	c.Client(up.Bytes())
	c.Server(down.Bytes())
	c.Fin()
	c.FinServer()
	return w.Frames()
}
