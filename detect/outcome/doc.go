// Package outcome reads responses: what shows in one that an attack worked.
// Its functions look at one text and return where the proof stands; which
// rule believes which proof is written in the rules.
package outcome
