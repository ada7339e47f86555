package config

import "testing"

func TestSampling(t *testing.T) {
	for text, want := range map[string]Sampling{"auto": 0, "off": 1, "25%": 0.25, "0.5%": 0.005, "100%": 1} {
		var s Sampling
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s is %v, %v", text, s, err)
		}
		back, err := s.MarshalText()
		if text == "100%" {
			text = "off"
		}
		if err != nil || string(back) != text {
			t.Errorf("%s comes back as %s, %v", text, back, err)
		}
	}
	for _, text := range []string{"", "25", "0%", "101%", "-1%", "NaN%", "Auto", "%"} {
		if err := new(Sampling).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
