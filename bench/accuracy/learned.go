package main

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"spaniel/bench/accuracy/corpus"
	"spaniel/detect"
	"spaniel/event"
	"spaniel/internal/sensor"
)

// lessons is how many calls of a shape come before the one that is judged:
// an endpoint's ordinary traffic, more than the 100 calls and the hour that are learned from.
const lessons = 120

// judgeLearned judges the last variant of each benign shape after the others
// were seen, in turn, from other clients, and counts it by group.
func judgeLearned(set *detect.Set, cases []corpus.Case, half corpus.Half) (table, error) {
	out := table{}
	for i := 0; i < len(cases); {
		j := i
		for j < len(cases) && cases[j].File == cases[i].File && cases[j].Shape == cases[i].Shape {
			j++
		}
		// Values have no endpoint of their own: they are placed anywhere.
		if c := &cases[i]; !c.Attack && c.Half == half && c.Place == "request" && j-i > 1 {
			v, err := judgeLast(set, cases[i:j])
			if err != nil {
				return nil, err
			}
			out.at(group(c.Label)).add(&cases[j-1], v)
		}
		i = j
	}
	return out, nil
}

func judgeLast(set *detect.Set, variants []corpus.Case) (*verdict, error) {
	b := newBuilder()
	last := len(variants) - 1
	for n := range lessons + 1 {
		x := &variants[n%last]
		if n == lessons {
			x = &variants[last]
		}
		c := b.Conn(netip.AddrPortFrom(address(198, n), 40000), netip.MustParseAddrPort("10.0.0.5:80"))
		c.Open()
		exchange(c, x)
		c.Fin()
		b.Wait(time.Minute)
	}
	alerts, err := sensor.Replay(config(set), b.Frames())
	if err != nil {
		return nil, fmt.Errorf("playing %s and its like: %w", variants[0].ID, err)
	}
	v := &verdict{}
	client := address(198, lessons).String()
	for _, a := range slices.DeleteFunc(alerts, func(a *event.Alert) bool { return a.Client.IP != client }) {
		v.add(a)
	}
	return v, nil
}
