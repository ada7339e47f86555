// Package check asks other programs' own code what they make of what lies in
// deploy: Helm, Kubernetes, Compose, and Debian in a root of its own. It is a
// module by itself, so that the program does not depend on them.
package check
