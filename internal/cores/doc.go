// Package cores binds goroutines to cores of the processor, so that a packet's
// way is not left to the scheduler of a machine that does other things, too.
package cores
