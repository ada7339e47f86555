package semantics

import "testing"

func TestAgent(t *testing.T) {
	for _, tc := range []struct{ ua, family, bot string }{
		{"", "", ""},
		{"curl/8.5.0", "curl", ""},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "firefox", ""},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", "chrome", ""},
		{"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "edge", ""},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "googlebot", "Googlebot"},
		{"Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:000001)", "nikto", ""},
		{"AcmeBot/1.0", "acmebot", "AcmeBot"},
		{"ShopApp/5.2.1 (Android 14) okhttp/4.12.0", "shopapp", ""},
		{"shop-app/4.1 (Android 14)", "shop-app", ""},
		{"Mozilla/5.0 (something new)", "mozilla", ""},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
	} {
		if family, bot := Agent(tc.ua); family != tc.family || bot != tc.bot {
			t.Errorf("%q: %q, %q; want %q, %q", tc.ua, family, bot, tc.family, tc.bot)
		}
	}
}
