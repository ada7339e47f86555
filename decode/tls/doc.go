// Package tls reads what the beginning of a TLS connection says in the clear:
// the client's and the server's hello and, up to TLS 1.2, the server's own
// certificate. It decrypts nothing, verifies nothing and judges nothing. What
// it reads is bounded; what is malformed is said, never an error.
package tls
