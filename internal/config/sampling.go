package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// Sampling is the share of the connections that is read, 1 being all, written
// auto, off, or N%. 0 is auto: all, but fewer while packets would be lost
// otherwise.
type Sampling float64

// Auto reports whether the share may change with the load.
func (s Sampling) Auto() bool { return s == 0 }

func (s Sampling) String() string {
	switch {
	case s.Auto():
		return "auto"
	case s >= 1:
		return "off"
	}
	return strconv.FormatFloat(float64(s)*100, 'g', -1, 64) + "%"
}

// MarshalText writes it as a user does.
func (s Sampling) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads auto, off, or a percentage above 0 and up to 100.
func (s *Sampling) UnmarshalText(b []byte) error {
	switch text := string(b); text {
	case "auto":
		*s = 0
		return nil
	case "off":
		*s = 1
		return nil
	}
	number, percent := strings.CutSuffix(string(b), "%")
	n, err := strconv.ParseFloat(number, 64)
	if !percent || err != nil || !(n > 0 && n <= 100) {
		return fmt.Errorf("%q is no share; write auto, off, or a percentage such as 25%%", string(b))
	}
	*s = Sampling(n / 100)
	return nil
}

// JSONSchema says what an editor should accept.
func (Sampling) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^(auto|off|[0-9]+(\.[0-9]+)?%)$`}
}
