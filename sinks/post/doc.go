// Package post is what the sinks over HTTP have in common: one client that
// follows no redirect, uses no proxy of the environment, never speaks to
// link-local addresses (where clouds keep their metadata), sends a secret in
// clear to this machine alone, and reads at most 1 MiB of an answer. Bodies
// are gzipped if asked.
//
// A destination can be asked for more than one thing at a time, so a batch
// that it calls too large is cut in halves until each is taken, or one record
// alone is too large.
package post
