// Package confine takes from the process what it does not need: the user root,
// all rights but that to capture, the files it has no business with (Landlock),
// and the system calls it never makes (seccomp). What a fault in a parser could
// do is then little.
//
// All but the last is done by starting the program anew in place of itself: a
// process may have threads that no Go code knows of, and what the first thread
// of a new one has, all later threads have.
package confine
