package tls

import (
	"bytes"
	"crypto/x509"
	"strings"
	"time"

	"spaniel/event"
)

// maxNames is how many DNS names of a certificate are told.
const maxNames = 8

// certificate describes the first certificate of a certificate message, which
// is the server's own; those behind it are not looked at. odd says that it goes
// past a message that was gathered whole.
func certificate(b []byte) (fields []event.Header, odd bool) {
	c := cursor{b: b}
	c.uint(3) // of a list too long to be gathered, the first is there
	if !c.bad && len(c.b) == 0 {
		return nil, false // there is none
	}
	leaf := c.vector(3)
	if c.bad || len(leaf.b) == 0 {
		return nil, c.bad && len(b) < maxHandshake-4
	}
	cert, err := x509.ParseCertificate(leaf.b)
	if err != nil { // what Go refuses, a client may take
		return []event.Header{{Name: "certificate", Value: "unreadable"}}, false
	}
	self := "false"
	if bytes.Equal(cert.RawSubject, cert.RawIssuer) {
		self = "true"
	}
	fields = add(nil, "subject", cert.Subject.String())
	fields = add(fields, "issuer", cert.Issuer.String())
	fields = add(fields, "not_before", cert.NotBefore.UTC().Format(time.RFC3339))
	fields = add(fields, "not_after", cert.NotAfter.UTC().Format(time.RFC3339))
	fields = add(fields, "self_signed", self)
	return add(fields, "names", strings.Join(cert.DNSNames[:min(len(cert.DNSNames), maxNames)], ",")), false
}
