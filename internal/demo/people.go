package demo

// A person is an ordinary customer.
type person struct {
	addr, user, agent string
	app               bool // the shop's mobile app, with a bearer token; else a browser with a cookie
	search            []string
	order             int // number of an order of theirs from before
	mistypes          bool
	logs              bool // logs in at all
}

// The user agents of today's browsers and of the shop's own app.
const (
	chromeWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36"
	chromeMac     = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36"
	firefoxLinux  = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
	firefoxWin    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
	safariMac     = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15"
	safariPhone   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1"
	chromePhone   = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36"
	edge          = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36 Edg/145.0.0.0"
	appAndroid    = "ShopApp/5.2.1 (Android 15; Pixel 8) okhttp/4.12.0"
	appPhone      = "ShopApp/5.2.0 (iPhone; iOS 18.3; Scale/3.00)"
)

// people are the customers. Their searches look a little like attacks, as
// what people type does.
func people() []person {
	return []person{
		{addr: "198.51.100.11", user: "anna.berg@example.com", agent: chromeWindows, search: []string{"blue mug", "tea pot"}, order: 1013, logs: true},
		{addr: "198.51.100.23", user: "tom.obrien@example.com", agent: safariPhone, search: []string{"O'Brien", "union jack mug"}, order: 1044, logs: true, mistypes: true},
		{addr: "198.51.100.37", user: "li.wei@example.com", agent: appAndroid, app: true, search: []string{"lamp"}, order: 1021, logs: true},
		{addr: "198.51.100.42", agent: firefoxLinux, search: []string{"select specialty hospital", "C++ primer"}},
		{addr: "198.51.100.58", user: "maria.silva@example.com", agent: chromePhone, search: []string{"1=1 cafe"}, order: 1067, logs: true},
		{addr: "2001:db8:77::1c", user: "jonas.weber@example.com", agent: chromeMac, search: []string{"crème brûlée dish", "50% off"}, order: 1052, logs: true},
		{addr: "198.51.100.71", user: "fatima.noor@example.com", agent: appPhone, app: true, search: []string{"rug", "drop leaf table"}, order: 1078, logs: true},
		{addr: "198.51.100.86", agent: edge, search: []string{"rock & roll poster"}},
		{addr: "198.51.100.90", user: "petra.kral@example.com", agent: firefoxWin, search: []string{"<3 gifts", "order by friday"}, order: 1031, logs: true},
		{addr: "198.51.100.104", user: "sam.lee@example.com", agent: appAndroid, app: true, search: []string{"desk; white"}, order: 1085, logs: true, mistypes: true},
		{addr: "2001:db8:91:2::9", agent: safariMac, search: []string{"where to put a shelf", "shelf"}},
		{addr: "198.51.100.133", user: "ines.costa@example.com", agent: safariPhone, search: []string{"candle"}, order: 1009, logs: true},
		{addr: "198.51.100.150", user: "olga.petrova@example.com", agent: chromeWindows, search: []string{"vase -- tall", "bowl"}, order: 1060, logs: true},
		{addr: "198.51.100.177", user: "noah.smith@example.com", agent: appPhone, app: true, search: []string{"cup or glass"}, order: 1027, logs: true},
	}
}
