// Package outcome reads responses for proof that an attack worked, beyond
// what the matchers of detect/text find in any text: proof that lies in how
// the response relates to the request. Which rule believes which proof is
// written in the rules.
package outcome
