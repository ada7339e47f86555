package detect

import "spaniel/detect/text"

// probeFunctions say what a request asks the answer to show: a wait, or that a
// condition holds. An answer that goes along proves that it was read as code.
func probeFunctions() []function {
	return []function{
		{name: "asked_delay", meaning: "how long the request asks its reader to wait (SLEEP(5), WAITFOR DELAY, sleep 5), in milliseconds; 0 if it does not", example: `asked_delay() > 0 && call.ttfb_us >= 950 * asked_delay()`,
			types: []any{new(func(*scope) int)},
			call:  func(s *scope, _ []any) any { return s.probe(text.Delay, func(best, n int) int { return max(best, n) }) }},
		{name: "small_words", meaning: "words of a text that hold sentences together, such as the, of and your: many make a page that explains something", example: `small_words(resp.body) < 12`,
			types: []any{new(func(*scope, string) int)},
			call: func(s *scope, a []any) any {
				if !s.spend(min(len(a[0].(string)), 32<<10)) {
					return 0
				}
				return text.SmallWords(a[0].(string))
			}},
		{name: "asked_truth", meaning: "whether a condition of two constants that the request brings holds: 1 (AND 5=5), -1 (AND 5=6), 0 without one", example: `asked_truth() == -1`,
			types: []any{new(func(*scope) int)},
			call: func(s *scope, _ []any) any {
				return s.probe(text.Truth, func(best, n int) int {
					if best != 0 {
						return best
					}
					return n
				})
			}},
	}
}

// probe asks every reading of every value.
func (s *scope) probe(ask func(string) int, better func(best, n int) int) (best int) {
	leaves := s.call.Leaves()
	for i := range leaves {
		for _, r := range leaves[i].Readings() {
			if len(r.Text) < 4 {
				continue
			}
			if !s.spend(len(r.Text)) {
				return best
			}
			best = better(best, ask(r.Text))
		}
	}
	return best
}
