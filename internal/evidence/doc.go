// Package evidence finds the packets of calls again, in the capture that the
// calls were read from. It decodes that capture anew: a call's id is made of
// its packets, so a call that is found is proven to be the one that was asked
// for, and no place in a file has to be believed.
package evidence
