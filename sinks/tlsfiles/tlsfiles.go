// Package tlsfiles is the part of a sink's configuration that says how to
// speak TLS: names of PEM files. It makes a tls.Config of them and no
// connection. There is no switch to skip the check of the server's name.
package tlsfiles

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// Config of TLS. Its zero value trusts the system's authorities and shows no
// certificate.
type Config struct {
	// CA is a PEM file of the authorities to trust, instead of the system's.
	CA string `yaml:"ca"`
	// Cert and Key are PEM files of the certificate to show; both or neither.
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// ServerName is the name to expect in the server's certificate, where it
	// is not that of the address.
	ServerName string `yaml:"server_name"`
}

// Validate says what is wrong with the configuration.
func (c *Config) Validate() error {
	if (c.Cert == "") != (c.Key == "") {
		return errors.New("tls: cert and key go together")
	}
	return nil
}

// Load reads the files. TLS 1.2 is the least that is spoken. The certificate to
// show is read again for each connection, so that one which was renewed counts
// without a restart.
func (c *Config) Load() (*tls.Config, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.ServerName}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("tls: reading the authorities: %w", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls: %s holds no certificate in PEM form", c.CA)
		}
	}
	if c.Cert != "" {
		if _, err := c.pair(); err != nil {
			return nil, err
		}
		cert, key := c.Cert, c.Key
		out.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return (&Config{Cert: cert, Key: key}).pair()
		}
	}
	return out, nil
}

// pair reads the certificate to show.
func (c *Config) pair() (*tls.Certificate, error) {
	cert, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: reading the certificate to show: %w", err)
	}
	return &cert, nil
}
