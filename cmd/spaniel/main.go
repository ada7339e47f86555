// Command spaniel reads API traffic from captures or a mirror port, judges it,
// and keeps and sends what it found. This package is the command line: one
// file per subcommand, with as little logic as that takes; the work is done by
// the packages it wires.
package main

import (
	"io"
	"os"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is main with its surroundings as arguments; it returns the exit code.
// Data goes to stdout, talk to stderr.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{in: stdin, out: stdout, err: stderr}
	root := newRoot(a)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return a.finish(root.Execute())
}
