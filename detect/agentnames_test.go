package detect

import (
	"testing"

	"pgregory.net/rapid"

	"spaniel/detect/semantics"
)

// TestAgentNamesRemember: what an agent is called does not depend on those before.
func TestAgentNamesRemember(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var n agentNames
		agent := rapid.OneOf(rapid.SampledFrom([]string{"", "curl/8.5.0", "sqlmap/1.7", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "okhttp/4.9.1", "okhttp/4.9.2"}),
			rapid.StringN(0, 12, 40), rapid.StringN(0, 600, 600))
		for range rapid.IntRange(1, 20).Draw(t, "agents") {
			ua := agent.Draw(t, "agent")
			want := agentName{bot: knownBot(ua), tool: toolAgent(ua), scanner: scannerAgent(ua)}
			want.family, want.claimed = semantics.Agent(ua)
			if got := *n.of(ua); got != want {
				t.Fatalf("%q is %+v, want %+v", ua, got, want)
			}
		}
	})
}
