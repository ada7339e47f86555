package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// A ByteSize is a number of bytes, written 512, 64KiB, 1GiB or 20GB.
type ByteSize int64

// byteUnits from large to small; the binary ones come first, so that they are
// what String uses.
var byteUnits = []struct {
	name string
	n    int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"kB", 1e3}, {"B", 1}}

// ParseByteSize reads a size. Without a unit it is bytes.
func ParseByteSize(s string) (ByteSize, error) {
	num, unit := s, int64(1)
	for _, u := range byteUnits {
		if n, ok := strings.CutSuffix(s, u.name); ok {
			num, unit = strings.TrimSpace(n), u.n
			break
		}
	}
	f, err := strconv.ParseFloat(num, 64)
	if err != nil || f < 0 || math.IsNaN(f) || f*float64(unit) >= math.MaxInt64 {
		return 0, fmt.Errorf("%q is no size: write it like 64KiB, 20MB or 1GiB", s)
	}
	return ByteSize(f * float64(unit)), nil
}

func (b ByteSize) String() string {
	for _, u := range byteUnits {
		if b != 0 && int64(b)%u.n == 0 && strings.HasSuffix(u.name, "iB") {
			return strconv.FormatInt(int64(b)/u.n, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

// MarshalText writes the size with the largest unit that divides it.
func (b ByteSize) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what ParseByteSize does.
func (b *ByteSize) UnmarshalText(text []byte) (err error) {
	*b, err = ParseByteSize(string(text))
	return err
}

// JSONSchema describes the type to editors.
func (ByteSize) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Type: "integer", Minimum: "0"}, {Type: "string", Pattern: `^[0-9.]+ ?([TGMK]i?B|kB|B)?$`}}}
}
