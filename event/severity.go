package event

import "fmt"

// Severity of an alert; the values are what severity_num shows.
type Severity uint8

// The five severities.
const (
	Info     Severity = 10
	Low      Severity = 30
	Medium   Severity = 50
	High     Severity = 70
	Critical Severity = 90
)

var severityNames = []struct {
	s    Severity
	name string
}{{Info, "info"}, {Low, "low"}, {Medium, "medium"}, {High, "high"}, {Critical, "critical"}}

func (s Severity) String() string {
	for _, e := range severityNames {
		if e.s == s {
			return e.name
		}
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// ParseSeverity reads one of the five words.
func ParseSeverity(word string) (Severity, error) {
	for _, e := range severityNames {
		if e.name == word {
			return e.s, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: use info, low, medium, high or critical", word)
}

// MarshalText writes the severity's word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the severity's word.
func (s *Severity) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSeverity(string(b))
	return err
}

// Outcome is whether an attack worked, as far as the response tells.
type Outcome string

// The five outcomes.
const (
	Tried           Outcome = "tried"
	Refused         Outcome = "refused"
	FailedOutcome   Outcome = "failed"
	LikelySucceeded Outcome = "likely_succeeded"
	Unknown         Outcome = "unknown"
)
