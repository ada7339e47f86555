// Package semantics says what a call means: its endpoint template, API
// version and style, who makes it, and whether it is a login, a payment or the
// like and whether that worked. It reads the call's own bytes and nothing
// else; it learns nothing, judges nothing and keeps nothing from call to call.
package semantics
