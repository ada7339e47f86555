// Package store keeps calls, alerts, flows and notes in an embedded DuckDB
// file and answers SQL over them. It is a sinks.Writer, and the read-only
// front of the same file; it is no server: internal/admin gives others a door
// while the sensor owns the file.
//
// One process owns the file. Tables are made from event's columns, so a name
// in JSON is a name in SQL. A record that is already there changes nothing
// (calls, flows, notes) or is replaced (alerts), so reading a capture twice
// changes no count.
package store
