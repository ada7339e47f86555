// Package frame turns captured frames into TCP packets: it reads link, VLAN,
// tunnel, IP and TCP headers, bounds-checked, into a value of the caller's,
// and allocates nothing while doing so. Fragments it hands to decode/defrag.
// It gives every frame exactly one fate and counts it. It does not order or
// join segments: that is decode/stream.
package frame
