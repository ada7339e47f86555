// Package event holds the nouns of Spaniel: what flows from capture to the
// sinks, and nothing else. It is the vocabulary every other package may
// import; it imports only the standard library, starts nothing and decides
// nothing. docs/vocabulary.md defines each word once.
package event
