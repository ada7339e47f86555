package encode

import "spaniel/event"

func appendTime(b []byte, n event.Nanos) []byte {
	return append(appendMoment(append(b, '"'), n), '"')
}

// appendMoment appends an RFC 3339 time in UTC with microseconds. Written
// by hand it costs a third of what time.AppendFormat takes, which every record
// pays at least once; years beyond four digits are left to that.
func appendMoment(b []byte, n event.Nanos) []byte {
	t := n.Time()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	}
	hour, minute, second := t.Clock()
	micros := t.Nanosecond() / 1000
	b = append(digits2(digits2(b, year/100), year%100), '-')
	b = append(digits2(b, int(month)), '-')
	b = append(digits2(b, day), 'T')
	b = append(digits2(b, hour), ':')
	b = append(digits2(b, minute), ':')
	b = append(digits2(b, second), '.')
	b = digits2(digits2(digits2(b, micros/10000), micros/100%100), micros%100)
	return append(b, 'Z')
}

// digits2 appends a number below 100 as two digits.
func digits2(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
