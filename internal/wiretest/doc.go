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
// Shuffle, Drop, Duplicate, Overlap, Conflict); those on frames wrap it
// (Fragment, Relink, Tunnel, VLAN, Truncate).
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
// midstream --" gives addresses and options before the first use; every part
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
//	lost      the bytes are sent, and acknowledged, but no frame of them is captured
//
// Any other section is kept in Case.Files.
package wiretest
