package post

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"spaniel/sinks"
	"spaniel/sinks/tlsfiles"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// Config of a destination.
type Config struct {
	// URL of the destination, http or https.
	URL string
	// TLS says whom to trust; nil for the system's authorities.
	TLS *tlsfiles.Config
	// Secret says that requests carry one.
	Secret bool
	// Gzip compresses bodies.
	Gzip bool
}

// Validate says what is wrong with the configuration; the caller puts its own
// name before.
func (c *Config) Validate() error {
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
		return errors.New("url is missing: name https://host:port")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("url %q is not https://host:port", c.URL)
	case u.User != nil:
		return errors.New("url holds a user: name the file of the secret instead")
	case u.Scheme == "http" && c.Secret && !loopback(u.Hostname()):
		return fmt.Errorf("url %q would send the secret in clear: use https", c.URL)
	case u.Scheme == "http" && c.TLS != nil:
		return fmt.Errorf("tls is set, but url %q does not use it: use https", c.URL)
	case c.TLS != nil:
		return c.TLS.Validate()
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// A Client posts to one destination. One goroutine uses it.
type Client struct {
	url  string
	gzip bool
	http *http.Client
	pool *http.Transport
}

// New returns a client. It reads the files the configuration names and does
// not dial.
func New(c Config) (*Client, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	files := c.TLS
	if files == nil {
		files = new(tlsfiles.Config)
	}
	conf, err := files.Load()
	if err != nil {
		return nil, err
	}
	pool := &http.Transport{
		TLSClientConfig:   conf,
		DialContext:       (&net.Dialer{Timeout: 10 * time.Second, Control: refuse}).DialContext,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
	return &Client{url: strings.TrimRight(c.URL, "/"), gzip: c.Gzip, pool: pool, http: &http.Client{Transport: pool,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// refuse keeps connections off link-local addresses, whatever a name led to.
func refuse(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip == netip.MustParseAddr("fd00:ec2::254") {
		return fmt.Errorf("%s is a link-local address: no destination is there, but a cloud's metadata", ip)
	}
	return nil
}

// An Answer is what the destination said.
type Answer struct {
	Status int
	Body   []byte
	later  time.Duration
}

// Post sends body to the path below the destination's URL.
func (c *Client) Post(ctx context.Context, path string, header http.Header, body []byte) (*Answer, error) {
	return c.Do(ctx, http.MethodPost, path, header, body)
}

// Do sends a request of any method.
func (c *Client) Do(ctx context.Context, method, path string, header http.Header, body []byte) (*Answer, error) {
	if c.gzip {
		var err error
		if body, err = packed(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", "spaniel")
	if c.gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unnamed(req.URL, err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	return &Answer{resp.StatusCode, text, retryAfter(resp.Header.Get("Retry-After"))}, nil
}

// unnamed is a request's failure with the destination's host alone: the rest of
// an address to post to may be what lets one in.
func unnamed(to *url.URL, err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("%s://%s: %w", to.Scheme, to.Host, err)
}

func packed(body []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// retryAfter reads both forms of RFC 9110 §10.2.3.
func retryAfter(v string) time.Duration {
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(time.Until(t), 0)
	}
	return 0
}

// OK reports whether it was taken.
func (a *Answer) OK() bool { return a.Status/100 == 2 }

// TooLarge reports whether less at a time might be taken.
func (a *Answer) TooLarge() bool { return a.Status == http.StatusRequestEntityTooLarge }

// Err says in words what the answer was, as a failure that time may mend.
func (a *Answer) Err() error {
	var err error
	switch {
	case a.Status/100 == 3:
		err = fmt.Errorf("it answers %d: redirects are not followed, name the final address in url", a.Status)
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		err = fmt.Errorf("it answers %d: the secret is not accepted%s", a.Status, said(a.Body))
	default:
		err = fmt.Errorf("it answers %d %s%s", a.Status, http.StatusText(a.Status), said(a.Body))
	}
	if a.later > 0 {
		return &sinks.Later{After: a.later, Err: err}
	}
	return err
}

// said is the beginning of an answer, on one line.
func said(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	return fmt.Sprintf(": %.200q", body[:min(len(body), 200)])
}

// Close closes idle connections.
func (c *Client) Close() { c.pool.CloseIdleConnections() }
