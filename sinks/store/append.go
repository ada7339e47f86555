package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// append appends recs, within the session's open transaction.
func (t *table[T]) append(ctx context.Context, s *Store, recs []*T) error {
	if err := t.appendTo(ctx, s.own.conn, recs); err != nil {
		return fmt.Errorf("appending to %s: %w", t.name, err)
	}
	return nil
}

func (t *table[T]) appendTo(ctx context.Context, conn mapping.Connection, recs []*T) (err error) {
	var app mapping.Appender
	defer func() { mapping.AppenderDestroy(&app) }()
	failed := func() error { return errors.New(mapping.AppenderError(app)) }
	if mapping.AppenderCreateExt(conn, "", "", t.name, &app) == mapping.StateError {
		return failed()
	}
	types := make([]mapping.LogicalType, 0, len(t.cols))
	defer func() {
		for i := range types {
			mapping.DestroyLogicalType(&types[i])
		}
	}()
	for i := range t.cols { // by name: a file of an older version has them in another order
		if mapping.AppenderAddColumn(app, t.cols[i].Name) == mapping.StateError {
			return failed()
		}
		types = append(types, mapping.AppenderColumnType(app, mapping.IdxT(i)))
		if got, want := layout(types[i]), sqlType(t.cols[i].Type); got != want {
			return fmt.Errorf("column %s is of the type %s, not %s", t.cols[i].Name, got, want)
		}
	}
	chunk := mapping.CreateDataChunk(types)
	defer mapping.DestroyDataChunk(&chunk)
	var long texts
	defer long.free()
	for size := int(mapping.VectorSize()); len(recs) > 0; {
		n := min(size, len(recs))
		mapping.DataChunkReset(chunk)
		long.reset()
		for i := range t.cols {
			if err := fillColumn(vectorOf(mapping.DataChunkGetVector(chunk, mapping.IdxT(i))), &long, &t.cols[i], recs[:n]); err != nil {
				return err
			}
		}
		mapping.DataChunkSetSize(chunk, mapping.IdxT(n))
		if mapping.AppendDataChunk(app, chunk) == mapping.StateError {
			return failed()
		}
		if err := ctx.Err(); err != nil {
			return err // what was appended goes with the transaction
		}
		recs = recs[n:]
	}
	if mapping.AppenderFlush(app) == mapping.StateError {
		return failed()
	}
	return nil
}

// layout names a type of the engine as sqlType does. What is not among those is
// another type: its memory is not to be written.
func layout(t mapping.LogicalType) string {
	switch mapping.GetTypeId(t) {
	case mapping.TypeVarchar:
		return "VARCHAR"
	case mapping.TypeTimestamp:
		return "TIMESTAMP"
	case mapping.TypeDate:
		return "DATE"
	case mapping.TypeUSmallInt:
		return "USMALLINT"
	case mapping.TypeUInteger:
		return "UINTEGER"
	case mapping.TypeUBigInt:
		return "UBIGINT"
	case mapping.TypeFloat:
		return "FLOAT"
	case mapping.TypeList:
		child := mapping.ListTypeChildType(t)
		defer mapping.DestroyLogicalType(&child)
		return layout(child) + "[]"
	case mapping.TypeMap:
		key, value := mapping.MapTypeKeyType(t), mapping.MapTypeValueType(t)
		defer mapping.DestroyLogicalType(&key)
		defer mapping.DestroyLogicalType(&value)
		return "MAP(" + layout(key) + ", " + layout(value) + ")"
	}
	return "another"
}
