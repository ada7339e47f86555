// Package elastic is the sink for Elasticsearch and OpenSearch: documents of
// the Elastic Common Schema through _bulk. A document's id is its record's, so
// what is sent again overwrites itself and an alert whose count grew replaces
// what it was. Alerts go to PREFIX-alerts-DAY by the day they were first seen,
// calls to PREFIX-calls-DAY by the day they were spooled: both are fixed in
// the record.
//
// Template is the index template for these indexes, with strict mapping;
// Create puts it there. A document that the index refuses is rejected by its
// number.
package elastic
