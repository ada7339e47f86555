// Package jsonl is the sink of lines to a file or to standard output, JSON or
// another form of sinks/format, and the two text formats of the command line:
// AppendItem for ndjson, AppendCSV for CSV. A file is opened for appending
// with mode 0600; a batch that could not be written whole is taken back, so
// that a retry leaves no torn line. A file that grew to its size is set aside;
// one that was moved away is begun anew.
package jsonl
