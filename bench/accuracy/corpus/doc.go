// Package corpus makes labelled calls of compact text: payloads and shapes of
// requests, written by hand, which it places, encodes and fills by a seed. It
// sends and judges nothing.
//
// # Files
//
// There are attacks/FAMILY/*.txt, benign/KIND/*.txt and more of that form; words.txt
// lies beside them. A file begins with
// directives, `@name: value`; a line that begins with `;;` is a comment.
//
//	@mode: value        what an entry is, see below; value by default
//	@each: 7            calls made of an entry
//	@names: url, next   names of parameters that such a value would have
//	@places: query, …   where it may stand; everywhere by default
//	@encodings: plain, … how it may be written; everyhow by default
//
// Of an entry these are made:
//
//	value     one a line: the value of a parameter, header, key, …
//	json      one a line: JSON that stands where a value is expected
//	pairs     one a line: a query as it is sent, but for its encoding
//	xml       a document
//	upload    NAME | TYPE | CONTENT of a file
//	agent     one a line: a User-Agent
//	response  one a line: STATUS TYPE BODY of an answer
//	graphql   a GraphQL document
//	request   a request, and its response, as package ruletest reads them
//
// Entries that have more than one line (xml, graphql, request) end at a line
// `---`; with @lines: yes each of their lines is an entry. A line q"…" is a Go
// string, for bytes that a line cannot hold.
//
// # Holes
//
// ⟦name⟧ is a word of words.txt, ⟦opt a|b⟧ one of these, ⟦int 1 9⟧, ⟦hex 16⟧,
// ⟦b64 60⟧, ⟦b64url 60⟧, ⟦uuid⟧, ⟦date⟧, ⟦time⟧, ⟦epoch⟧, ⟦ip⟧, ⟦money⟧ and
// ⟦jwt⟧ are made up. A hole is escaped as its place in the request demands;
// ⟦raw name⟧ is not.
package corpus
