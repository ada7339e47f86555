package store

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"time"
	"unicode/utf8"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// plain turns a value of the engine into what Rows.Values promises, so that
// it prints and travels the same way whoever asked.
func plain(v any, typ string) any {
	switch v := v.(type) {
	case nil, bool, string, int64, uint64:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case int:
		return int64(v)
	case uint8:
		return uint64(v)
	case uint16:
		return uint64(v)
	case uint32:
		return uint64(v)
	case float32:
		return plainFloat(float64(v), 32)
	case float64:
		return plainFloat(v, 64)
	case []byte:
		if utf8.Valid(v) {
			return string(v)
		}
		return hex.EncodeToString(v)
	case time.Time:
		return plainTime(v, typ)
	case *big.Int:
		return v.String()
	}
	return plainNested(v, typ)
}

// plainFloat keeps what JSON has no number for as its word, and rounds a
// 32-bit value to the digits it has.
func plainFloat(f float64, bits int) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Sprint(f)
	}
	if bits == 32 {
		var short float64
		if _, err := fmt.Sscan(fmt.Sprint(float32(f)), &short); err == nil {
			return short
		}
	}
	return f
}

func plainTime(t time.Time, typ string) string {
	switch typ {
	case "DATE":
		return t.Format(time.DateOnly)
	case "TIME", "TIMETZ":
		return t.Format("15:04:05.000000")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z") // as event.Nanos prints
}

func plainNested(v any, typ string) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e, "")
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = plain(e, "")
		}
		return out
	case duckdb.Map:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[fmt.Sprint(plain(k, ""))] = plain(e, "")
		}
		return out
	case duckdb.OrderedMap:
		out := make(map[string]any, v.Len())
		for i, k := range v.Keys() {
			out[fmt.Sprint(plain(k, ""))] = plain(v.Values()[i], "")
		}
		return out
	case duckdb.Decimal:
		return plainFloat(v.Float64(), 64)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}
