// Package encode writes items as text: JSON lines and CSV. It appends to the
// caller's buffer, allocates nothing for flat records, and makes sure that
// whatever an attacker put on the wire, one event stays one line. It opens
// no file and knows no destination.
package encode
