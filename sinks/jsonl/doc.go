// Package jsonl is the sink of JSON lines to a file or to standard output, and
// the two text formats of the command line: AppendItem for ndjson, AppendCSV
// for CSV. A file is opened for appending with mode 0600; a batch that could
// not be written whole is taken back, so that a retry leaves no torn line. It
// does not rotate files.
package jsonl
