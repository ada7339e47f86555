// Package clickhouse is the sink for ClickHouse tables, over the native
// protocol or HTTP. It looks at the tables it finds and fills the columns it
// knows and can convert, so that a table of another make, or of another
// version of Spaniel, works. DDL is the text of the tables and views that
// Spaniel itself would make; the sink never runs it.
//
// Delivery is at least once: a batch is one block per table, the identical one
// on a retry, with a deduplication token where the server knows it. What is
// doubled all the same, the shipped views leave out. A block that is refused
// for what a row holds is cut in halves until the row is found; the other rows
// are sent once. A kind whose table is missing may be done without, see
// NewLenient.
package clickhouse
