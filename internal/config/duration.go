package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

// A Duration is a span of time, written 10s, 1h30m, 30d or 2w.
type Duration time.Duration

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// ParseDuration reads Go's form, and whole or broken days (d) and weeks (w).
func ParseDuration(s string) (Duration, error) {
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"d", day}, {"w", week}} {
		if n, ok := strings.CutSuffix(s, u.name); ok {
			if f, err := strconv.ParseFloat(n, 64); err == nil && math.Abs(f*float64(u.d)) < math.MaxInt64 {
				return Duration(f * float64(u.d)), nil
			}
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no span of time: write it like 10s, 5m, 12h or 30d", s)
	}
	return Duration(d), nil
}

func (d Duration) String() string {
	if d != 0 && time.Duration(d)%day == 0 {
		return strconv.FormatInt(int64(time.Duration(d)/day), 10) + "d"
	}
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes the duration as ParseDuration reads it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// JSONSchema describes the type to editors.
func (Duration) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9.]+(ns|us|µs|ms|s|m|h|d|w))+$|^0$`}
}
