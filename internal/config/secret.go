package config

import (
	"fmt"
	"net/url"
	"strings"
)

// stars stand where a secret would be printed.
const stars = "********"

// A URL may hold a password, which is shown as stars.
type URL string

func (u URL) String() string {
	p, err := url.Parse(string(u))
	if err != nil {
		return string(u)
	}
	shown := true
	if _, has := p.User.Password(); has {
		p.User, shown = url.UserPassword(p.User.Username(), stars), false
	}
	q := p.Query()
	for k := range q {
		if k == "password" || k == "token" || k == "secret" {
			q.Set(k, stars)
			p.RawQuery, shown = q.Encode(), false
		}
	}
	if shown {
		return string(u)
	}
	return strings.ReplaceAll(p.String(), url.QueryEscape(stars), stars)
}

// MarshalText writes the URL without its password.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText takes any text that parses as a URL.
func (u *URL) UnmarshalText(b []byte) error {
	if _, err := url.Parse(string(b)); err != nil {
		return fmt.Errorf("%q is no URL", string(b)) // url's own error would print a password, too, but at greater length
	}
	*u = URL(b)
	return nil
}

// A Hook is an address to post to. Whoever knows all of it may post there, so
// what follows the host is shown as stars.
type Hook URL

func (h Hook) String() string {
	p, err := url.Parse(string(h))
	if err != nil || p.Path+p.RawQuery == "" {
		return URL(h).String()
	}
	return URL(p.Scheme+"://"+p.Host).String() + "/" + stars
}

// MarshalText writes the address up to its host.
func (h Hook) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText takes any text that parses as a URL.
func (h *Hook) UnmarshalText(b []byte) error { return (*URL)(h).UnmarshalText(b) }
