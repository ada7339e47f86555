// Package siem is the sink for a SIEM's syslog input: RFC 5424 over TCP with
// octet counting, over TLS, or over UDP. An alert's message is its JSON, another
// form of sinks/format (CEF, LEEF, …), or a sentence; its key facts are also structured data, so that a receiver can
// route without parsing. Facility is 13, log audit.
//
// Syslog has no acknowledgement. Over TCP a batch counts as delivered once the
// peer's TCP has taken every byte of it, which is the most the protocol can
// say; over UDP once it was sent. A connection that breaks before that sends
// the batch again: receivers drop what has an id they know. What a receiver
// that hangs and is killed had in its socket's buffer, unread, is lost.
package siem
