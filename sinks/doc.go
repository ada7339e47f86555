// Package sinks is the vocabulary of delivery: the record as spooled, the
// batch as cut, the Writer that hands a batch to one destination, and the
// codec between event.Item and a record's payload. It moves nothing itself:
// sinks/spool keeps records, internal/forward moves them, and one package per
// destination writes them.
package sinks
