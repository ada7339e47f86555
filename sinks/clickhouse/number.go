package clickhouse

import (
	"math"

	"spaniel/event"
)

// number returns the convert to a numeric type. What is too large for it
// becomes the largest it can say, never a small number.
func number(from event.ColumnType, to string) convert {
	switch from {
	case event.TypeU16, event.TypeU32, event.TypeU64, event.TypeF32:
	default:
		return nil
	}
	switch to {
	case "UInt8":
		return func(f any) any { return uint8(upTo(f, math.MaxUint8)) }
	case "UInt16":
		return func(f any) any { return uint16(upTo(f, math.MaxUint16)) }
	case "UInt32":
		return func(f any) any { return uint32(upTo(f, math.MaxUint32)) }
	case "UInt64":
		return func(f any) any { return upTo(f, math.MaxUint64) }
	case "Int8":
		return func(f any) any { return int8(upTo(f, math.MaxInt8)) }
	case "Int16":
		return func(f any) any { return int16(upTo(f, math.MaxInt16)) }
	case "Int32":
		return func(f any) any { return int32(upTo(f, math.MaxInt32)) }
	case "Int64":
		return func(f any) any { return int64(upTo(f, math.MaxInt64)) }
	case "Float32":
		return func(f any) any { return float32(asFloat(f)) }
	case "Float64":
		return func(f any) any { return asFloat(f) }
	}
	return nil
}

func upTo(f any, limit uint64) uint64 {
	switch p := f.(type) {
	case *uint16:
		return min(uint64(*p), limit)
	case *uint32:
		return min(uint64(*p), limit)
	case *uint64:
		return min(*p, limit)
	case *float32:
		if v := float64(*p); v > 0 {
			if v >= float64(limit) {
				return limit
			}
			return uint64(v)
		}
	}
	return 0
}

func asFloat(f any) float64 {
	if p, ok := f.(*float32); ok {
		return float64(*p)
	}
	return float64(upTo(f, math.MaxUint64))
}
