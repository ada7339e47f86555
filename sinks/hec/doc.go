// Package hec is the sink for Splunk's HTTP Event Collector: the JSON form of
// records, each an event of sourcetype spaniel:KIND, gzipped. With ack a batch
// counts as delivered once the indexer says that it is indexed, without once
// the collector took it. Splunk does not drop doubles: each event carries its
// id as an indexed field, by which a search does (`dedup spaniel_id`).
//
// An event that the collector calls malformed is rejected by its number; a
// batch too large for it is sent in halves.
package hec
