// Package webhook is the sink for a program of one's own: a POST of JSON with
// the records of a batch, signed. The receiver answers 2xx once it has them;
// anything else is tried again with the same Idempotency-Key, but for 400, 413
// and 422, which say that a record can never be taken: then each is sent alone
// to find it, and after 413 an alert is cut. The key is that of the body: of other
// bytes it is another.
//
// The body is {"schema":"spaniel.webhook/1","records":[…]}, records in a form
// of sinks/format. With a secret, X-Spaniel-Signature is t=SECONDS,v1=HEX,
// where HEX is HMAC-SHA-256 over the decimal seconds since 1970, a dot and the
// body; a receiver compares in constant time and refuses what is older than
// minutes.
package webhook
