// Package lookback keeps the latest frames of connections in memory, as they were
// on the wire, so that those of one connection are at hand when something is found
// in it. What comes takes the place of what is oldest. It decides nothing about
// frames and writes nothing to a disk.
package lookback
