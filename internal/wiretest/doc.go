// Package wiretest builds captures from conversations: text in, packets out.
// It is what the tests of every stage and the bundled demonstration capture
// are made with. It is deterministic: the same program gives the same bytes.
// It reads no packets and imports no stage.
//
// # Building
//
// A [Builder] has a clock; a [Conn] made from it appends segments at that
// clock. Conn.Open does the handshake, Client and Server send data cut to the
// MSS and acknowledge it, Fin and Rst end it. [Builder.At] sets the clock to
// any moment, also back: Frames sorts by time, so overlapping sessions are
// written one after the other.
//
// Operators change what was built. Those on segments keep it valid TCP (Cut,
// Shuffle, Reverse, Drop, Duplicate, Overlap, Conflict); those on frames wrap
// or spoil it (Fragment, Relink, Tunnel, AddVLAN, Truncate, Spray and others).
//
// [Pairs] makes frames from a list of one-line requests and their responses.
//
// # Case files
//
// [Parse] reads a conversation as a txtar archive. Its comment is free text.
// Sections are, in the order in which they happen:
//
//	-- client --            bytes the client sends
//	-- server --            bytes the server sends
//	-- wait 250ms --        time passes
//	-- fin --  -- rst --    the client closes or resets (rst server: the server)
//	-- calls --             what is expected; kept as text in Case.Calls
//
// A connection opens by itself when first spoken on, and is closed at the end
// of the case, unless a word says otherwise. Several connections have a name
// as second word: "-- client b --", "-- server b --"; the first has none.
// "-- open b 198.51.100.7:4000 10.0.0.5:8080 mss=536 isn=4294967290,1 vlan=7
// ttl=60,64 scale=7 iface=1 timestamps midstream --" gives addresses and options before the first use; every part
// after the name may be left out; "open" alone is the nameless connection's.
// "-- end open --" leaves connections open at the end.
//
// Text becomes bytes thus: a section's lines up to the first empty one are a
// message head and end in CRLF; what follows is the body, verbatim, without
// the newline the archive adds at its end. A field "Content-Length: auto" gets
// the body's length. Words after the name change that:
//
//	crlf      every line ends in CRLF (chunked bodies, pipelined requests)
//	raw       verbatim, but for the last newline
//	quoted    each line is a Go string without its quotes; newlines are dropped
//	hex       hexadecimal digits, spaces ignored
//	gzip      the body is compressed (before Content-Length: auto is filled)
//	times=N   all of it N times over; the last word
//	lost      the bytes are sent, and acknowledged, but no frame of them is captured
//
// # What no stack sends
//
// "-- segment client b flags=RA seq=-1 --" adds one segment at the present
// time, by default an ACK at the sender's next byte; its text is the payload,
// quoted unless it says raw or hex. It leaves the connection's numbers alone
// unless it says "next". Its other words:
//
//	flags=SA          letters of FSRPAU, or -; without ACK the number is 0, too
//	seq= ack=         numbers, from where the sender, the peer, stands
//	pos= ackpos=      numbers, from the sender's, the peer's, first byte
//	win= scale= ttl= id= urg= vlan= iface=
//	ts= sack=         options: a timestamp so many ms from the true one; 100
//	                  bytes so far from the peer's next byte
//	md5  opts=0101    options: RFC 2385's; any, in hexadecimal
//	badsum badip      a wrong checksum of TCP, of the IPv4 header
//	lost              it is not captured
//
// "-- syns 2000 --" are so many SYNs from as many addresses. "-- arp reply
// 10.0.0.1 02:00:00:00:00:66 10.0.0.9 --" and "-- ndp advertisement fe80::1
// 02:00:00:00:00:66 ff02::1 flags=SO --" are claims of addresses: who, the MAC,
// to whom; more words follow in caseframe.go.
//
// # Operators
//
// The lines of a section "do" change what was captured, in their order. First
// those on segments:
//
//	cut SIZE  shuffle SEED WINDOW  duplicate SEED N  overlap SEED BACK
//	reverse PORT      the data of one port in the opposite order
//	mix SEED PORT     the data of one port in no order; 0 is both, each by itself
//	drop N            the n-th segment with data, from 0
//	without PORT      nothing from that port, as a mirror of one direction
//	interfaces N      captured at so many interfaces in turn
//
// Then those on frames; "at 4,7-9" before one applies it to these alone:
//
//	first N           the capture begins so many frames late
//	lost              they are not captured
//	fragment SIZE     IP fragments of that size
//	pieces [NAME]     the fragments that section "pieces NAME" lists: FROM-TO of
//	                  the IP payload, then more, df, nops, id= off= ttl= proto=
//	                  vlan= wait= s/old/new/
//	spray N           so many lone fragments before it
//	backwards         in the opposite order
//	twice             again, after=1ms vlan=9 ttl=63
//	truncate SIZE     cut off by the capture
//	trail HEX         more bytes behind the IP packet
//	time T            a duration from its own, a year, or "equal": the start
//	stamp T           the same, but the frames stay in their order
//	ip OFF HEX  tcp OFF HEX   bytes of a header; TCP's checksum is not mended
//	nops  extend N    IPv4 options; so many IPv6 extension headers
//	vlan ID [TYPE]  link TYPE
//	gre KEY, …        a tunnel of tunnelNames, its id, and perhaps its UDP port
//
// Any other section is kept in Case.Files.
package wiretest
