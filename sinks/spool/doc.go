// Package spool keeps what the sensor found on disk until every sink has it:
// two logs under one directory, alerts and the rest, each of checksummed
// append-only segments with a cursor per sink. It survives kills, torn writes
// and flipped bits with an exact count of what was lost, and refuses a second
// owner. It sends nothing and starts no goroutine: the sensor appends, a
// caller's ticker syncs, internal/forward reads. docs/formats/spool.md
// describes the bytes.
package spool
