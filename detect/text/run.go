package text

// runUnit is the longest piece whose repetition is a run.
const runUnit = 4

// LongestRun is how many bytes of s the longest repetition of one short piece
// takes, one of at most 4 bytes: what makes a regular expression that goes
// back try again and again.
//
// Example: LongestRun("x" + "ababab" + "!") = 6; LongestRun("user@example.com") = 1.
func LongestRun(s string) int {
	s = s[:min(len(s), scanMax)]
	best := min(len(s), 1)
	for unit := 1; unit <= runUnit; unit++ {
		same := 0 // bytes that equal those a unit before
		for i := unit; i < len(s); i++ {
			if s[i] != s[i-unit] {
				same = 0
				continue
			}
			if same++; same >= unit {
				best = max(best, same+unit)
			}
		}
	}
	return best
}
