// Package redact takes the secrets out of what the sensor found, before any
// queue, disk or log sees it: Call turns a call into the record that is stored
// and sent, Text cleans a piece of evidence, Hash makes the keyed hash by which
// what was hidden can still be joined. What is hidden is replaced in place by
// [redacted:kind:hash8]. It is no filter of content: what is not known to be a
// secret, by the name of its place or by its own form, stays.
package redact
