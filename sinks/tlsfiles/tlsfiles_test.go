package tlsfiles

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// renew writes a certificate of that name, with its key.
func renew(t *testing.T, c *Config, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{c.Cert: {Type: "CERTIFICATE", Bytes: cert}, c.Key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A certificate that was renewed is shown from the next connection on.
func TestARenewedCertificateIsShown(t *testing.T) {
	dir := t.TempDir()
	c := &Config{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	if _, err := c.Load(); err == nil {
		t.Error("files that are missing are no error")
	}
	renew(t, c, "first")
	conf, err := c.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first", "second"} {
		renew(t, c, name)
		shown, err := conf.GetClientCertificate(new(tls.CertificateRequestInfo))
		if err != nil || shown.Leaf.Subject.CommonName != name {
			t.Errorf("%s: %+v, %v", name, shown, err)
		}
	}
}
