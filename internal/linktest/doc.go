// Package linktest puts a link between a client and a server of a test, which
// can be slow, lose answers, or lose everything without a word as a network
// does whose cable is cut. Only tests import it.
package linktest
