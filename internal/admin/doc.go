// Package admin is the sensor's door for its operator: /metrics, /healthz and
// /readyz over HTTP on loopback, and read-only SQL over a unix socket beside
// the store, which only the sensor's own user can open. It asks for numbers
// and never changes anything.
package admin
