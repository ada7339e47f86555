// Package render prints what a person, or a script, asked to see: tables,
// JSON, CSV and one-field-a-line, with captured text made harmless for the
// terminal. It decides nothing about what is shown.
package render
