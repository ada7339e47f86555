// Package defrag puts IPv4 and IPv6 fragments back together. It reads no
// headers: decode/frame hands it fragments and parses what it returns. It is
// bounded in bytes, fragments, time and share of one source, runs on packet
// time, and counts every frame of a datagram that dies.
//
// Where fragments overlap it does what their receiver does, by its policy. The
// default, and all of IPv6, is what Linux has done since 4.19, as tried
// out on a kernel, and reports it: a fragment that brings nothing new is
// ignored, even if its bytes differ; one that overlaps and brings new bytes
// kills the datagram. Only an IPv4 overlap whose bytes agree is treated more
// mildly than Linux does: the datagram lives.
package defrag
