// Package sigma translates Sigma rules about web servers and proxies into rules
// of Spaniel's: field names, value modifiers, conditions, and the correlations
// event_count, value_count, temporal and temporal_ordered. It reads texts and
// touches no file.
package sigma
