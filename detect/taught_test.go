package detect

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"spaniel/detect/learned"
	"spaniel/event"
)

func segment(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestTokenSeen(t *testing.T) {
	head, claims := segment(`{"alg":"HS256"}`), segment(`{"iss":"shop","sub":"a"}`)
	made := func(signature string) learned.TokenSeen { return tokenSeen(head + "." + claims + "." + signature) }
	a := made("c2lnbmF0dXJl") // whole bytes
	if a.Content == 0 || a.Signature == 0 || learned.AlgNames()[a.Alg] != "HS256" || a.Issuer != learned.HashID("shop") {
		t.Errorf("%+v", a)
	}
	if b := made("c2lnbmF0dXJm"); b.Content != a.Content || b.Signature == a.Signature {
		t.Errorf("another signature: %+v, %+v", a, b)
	}
	if x, y := made("c2lnbmF0dXI"), made("c2lnbmF0dXJ"); x.Signature != y.Signature {
		t.Error("two spellings of the same bytes are two signatures")
	}
	for _, none := range []string{"", "abc", head + "." + claims + ".", "a.b.c", head + ".." + head} {
		if s := tokenSeen(none); s.Content != 0 {
			t.Errorf("%q: %+v", none, s)
		}
	}
	var m tokensSeen
	for range 3 {
		for i := range 3000 {
			token := head + "." + claims + "." + segment(fmt.Sprint(i))
			if m.of(token) != tokenSeen(token) || len(m.known) > maxTokensSeen {
				t.Fatalf("%d are remembered, or wrongly", len(m.known))
			}
		}
	}
}

// TestNothingIsLackingOfTokensAndPages: as TestNothingIsLacking, of what tokens,
// types of fields and pages tell.
func TestNothingIsLackingOfTokensAndPages(t *testing.T) {
	var texts []string
	for i, known := range []string{"odd_syntax() > 0", "odd_alg()", "other_signature()", "stored_scripts() >= 1", "usual_bytes() > 0 && odd_syntax() != 0"} {
		texts = append(texts, fmt.Sprintf("id: rule-%d\ntitle: t\nseverity: low\ncategory: bots/library\nrefs: [cwe:1]\nwhen: '%s'\nby: [principal.id]\nover: 1h\nhaving: count() >= 1\nsuppress: 1s\ntests:\n  - fires: GET /\n  - silent: GET /\n", i, known))
	}
	set := load(t, texts...)
	raised := map[string]bool{}
	for seed := range uint64(6) {
		calls := reading(rand.New(rand.NewPCG(seed, 28)))
		eager, all := playOut(set, calls, true)
		spare, some := playOut(set, calls, false)
		if eager != spare {
			t.Fatalf("seed %d: with all observations\n%s\nwithout those in vain\n%s", seed, eager, spare)
		}
		if some*2 >= all {
			t.Errorf("seed %d: %d observations of %d", seed, some, all)
		}
		var list []event.Alert
		if err := json.Unmarshal([]byte(eager), &list); err != nil {
			t.Fatal(err)
		}
		for i := range list {
			raised[list[i].Rule.ID] = true
		}
	}
	if len(raised) != len(texts) {
		t.Errorf("of %d rules these fired: %v", len(texts), raised)
	}
}

// reading are calls of readers with and without tokens, some of which write.
func reading(rnd *rand.Rand) (list []func() *event.Call) {
	at := 1000.0
	for i := range 900 {
		at += rnd.Float64()
		when, seed, late := at, rnd.Uint64(), i > 600
		list = append(list, func() *event.Call {
			rnd := rand.New(rand.NewPCG(seed, 1))
			odd := func(one int) bool { return late && rnd.IntN(one) == 0 }
			method, media, answer := "GET", "application/json", "{}"
			query := fmt.Sprint("page=", rnd.IntN(9))
			var leaves []event.Leaf
			switch rnd.IntN(6) {
			case 0:
				media, answer = "text/html", "<p>hello</p>"
				if odd(2) {
					answer = fmt.Sprintf("<p>so <img src=x onerror=alert(%d)></p>", rnd.IntN(3))
				}
			case 1:
				method = "POST"
				note := "so it is"
				if rnd.IntN(4) == 0 {
					note = fmt.Sprintf("so <img src=x onerror=alert(%d)>", rnd.IntN(3))
				}
				leaves = append(leaves, leaf("body.note", note))
			}
			if odd(20) {
				query = "page=7;x"
			}
			c := newCall(method+" /articles?"+query, 200, when, leaves...)
			if rnd.IntN(3) == 0 {
				alg, signature := "RS256", "one"
				if odd(10) {
					alg = "HS256"
				}
				if odd(10) {
					signature = "two"
				}
				token := segment(fmt.Sprintf(`{"alg":%q}`, alg)) + "." + segment(fmt.Sprintf(`{"iss":"shop","sub":"u%d"}`, rnd.IntN(5))) + "." + segment(signature)
				c.Req.Headers = append(c.Req.Headers, event.Header{Name: "Authorization", Value: "Bearer " + token})
			}
			c.Resp.Headers = append(c.Resp.Headers, event.Header{Name: "Content-Type", Value: media})
			c.Resp.Raw, c.Resp.BodyBytes = []byte(answer), uint64(len(answer))
			return c
		})
	}
	return list
}
