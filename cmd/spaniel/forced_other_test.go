//go:build !(linux && amd64)

package main

import "github.com/rogpeppe/go-internal/testscript"

// canForce is false: how to make another process do something is known for one
// kind of machine.
func canForce() bool { return false }

func cmdForced(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("not on this machine") }
