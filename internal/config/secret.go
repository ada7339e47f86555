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
	if err != nil || p.User == nil {
		return string(u)
	}
	if _, has := p.User.Password(); has {
		p.User = url.UserPassword(p.User.Username(), stars)
	}
	q := p.Query()
	for k := range q {
		if k == "password" || k == "token" || k == "secret" {
			q.Set(k, stars)
			p.RawQuery = q.Encode()
		}
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
