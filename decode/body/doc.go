// Package body opens what a call carries: it undoes content codings within
// strict bounds, lists every client-controlled value of a request as a leaf
// with its place, and reads each value again after each plausible step of
// decoding. It does not parse HTTP and judges nothing. What is asked for is
// made, what is not asked for costs nothing; no goroutine, no clock.
package body
