package ruletest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// The numbers of records and handshake messages, as in RFC 5246 and 8446.
const (
	recordHandshake = 22
	clientHello     = 1
	serverHello     = 2
	certificateList = 11
	extServerName   = 0
	extVersions     = 43
	tls12, tls13    = 0x0303, 0x0304
)

// hello makes the beginning of a TLS connection of words name=value: sni,
// version (1.0 to 1.3; 1.2 without), cipher by its number, subject and issuer
// of the certificate, each the sni without, which makes it self-signed, and
// the day until which it holds. TLS 1.3 shows no certificate.
func hello(words []string) (exchange, error) {
	w := map[string]string{"version": "1.2", "cipher": "c02f", "until": "2027-01-01"}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		switch name {
		case "sni", "version", "subject", "issuer", "cipher", "until":
			w[name] = value
		default:
			ok = false
		}
		if !ok {
			return exchange{}, fmt.Errorf("%q: write sni=, version=, cipher=, subject=, issuer= or until=", word)
		}
	}
	versions := map[string]uint16{"1.0": 0x0301, "1.1": 0x0302, "1.2": tls12, "1.3": tls13}
	version := versions[w["version"]]
	if version == 0 || w["sni"] == "" {
		return exchange{}, fmt.Errorf("TLS needs sni=, and a version from 1.0 to 1.3")
	}
	for _, name := range []string{"subject", "issuer"} {
		if w[name] == "" {
			w[name] = w["sni"]
		}
	}
	name := append([]byte{0}, vector(2, []byte(w["sni"]))...)
	client := extension(extServerName, vector(2, name))
	var server []byte
	if version == tls13 {
		client = append(client, extension(extVersions, []byte{2, 3, 4})...)
		server = extension(extVersions, []byte{3, 4})
	}
	legacy := binary.BigEndian.AppendUint16(nil, min(version, tls12))
	random := bytes.Repeat([]byte{7}, 32)
	cipher, err := hex.DecodeString(w["cipher"])
	until, bad := time.Parse(time.DateOnly, w["until"])
	if err != nil || len(cipher) != 2 || bad != nil {
		return exchange{}, fmt.Errorf("write cipher=c02f and until=2027-01-01")
	}
	c := bytes.Join([][]byte{legacy, random, {0}, vector(2, append([]byte{0x13, 0x01}, cipher...)), {1, 0}, vector(2, client)}, nil)
	if version == tls13 {
		cipher = []byte{0x13, 0x01}
	}
	s := bytes.Join([][]byte{legacy, random, {0}, cipher, {0}, vector(2, server)}, nil)
	x := exchange{request: record(clientHello, c), response: record(serverHello, s)}
	if version != tls13 {
		der, err := certificate(w["subject"], w["issuer"], until)
		if err != nil {
			return exchange{}, err
		}
		x.response = append(x.response, record(certificateList, vector(3, vector(3, der)))...)
	}
	return x, nil
}

func record(kind byte, body []byte) []byte {
	m := append([]byte{kind}, vector(3, body)...)
	return append([]byte{recordHandshake, 3, 3}, vector(2, m)...)
}

// vector puts a length of n bytes before b.
func vector(n int, b []byte) []byte {
	out := make([]byte, 0, n+len(b))
	for i := n - 1; i >= 0; i-- {
		out = append(out, byte(len(b)>>(8*i)))
	}
	return append(out, b...)
}

func extension(kind uint16, b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, kind), vector(2, b)...)
}

// certificate is always the same for the same names.
func certificate(subject, issuer string, until time.Time) ([]byte, error) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: subject}, DNSNames: []string{subject}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until}
	parent := &x509.Certificate{Subject: pkix.Name{CommonName: issuer}}
	return x509.CreateCertificate(nil, cert, parent, key.Public(), key)
}
