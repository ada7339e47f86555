package detect

import (
	"encoding/base64"
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
	lacksNothing(t, reading, 28, 2, "odd_syntax() > 0", "odd_alg()", "other_signature()", "stored_scripts() >= 1", "usual_bytes() > 0 && odd_syntax() != 0")
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
