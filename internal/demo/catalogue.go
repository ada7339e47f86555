package demo

import (
	"fmt"
	"image"
	"image/png"
	"strings"
)

// goods are the shop's items; item n has the id 100+n.
var goods = [...]string{"mug, blue", "mug, striped", "tea pot", "lamp, brass", "rug, wool", "table, drop leaf", "shelf, oak", "vase, tall",
	"bowl, wooden", "candle, beeswax", "poster, jazz", "desk, white", "chair, folding", "cup, glass", "plate, stoneware", "clock, wall",
	"basket, willow", "blanket, linen", "cushion, green", "mirror, round", "tray, steel", "kettle, copper", "board, bread", "jar, preserving",
	"towel, waffle", "apron, denim", "knife, paring", "spoon, olive wood", "napkin, cotton", "coaster, cork"}

// itemJSON is one item as the API shows it.
func itemJSON(n int) string {
	n %= len(goods)
	return fmt.Sprintf(`{"id":%d,"name":%q,"price":"%d.%d0","currency":"EUR","stock":%d,"image":"/static/items/%d.jpg"}`,
		100+n, goods[n], 4+n*7%60, n%10, n*13%40, 100+n)
}

// itemList is an answer with count items from the nth.
func itemList(n, count int) answer {
	items := make([]string, count)
	for i := range items {
		items[i] = itemJSON(n + i)
	}
	return answer{body: fmt.Sprintf(`{"items":[%s],"count":%d}`, strings.Join(items, ","), count), gzip: count > 4, chunked: count > 8}
}

func itemPage(n int) answer {
	return answer{body: fmt.Sprintf(`{"item":%s,"description":"Made by hand in small numbers; no two are quite alike."}`, itemJSON(n)), gzip: true}
}

func orderPage(id int, user string) answer {
	return answer{body: fmt.Sprintf(`{"order":%d,"user":%q,"state":"sent","items":[{"id":%d,"quantity":1}],"total":"%d.90","currency":"EUR"}`,
		id, user, 100+id%len(goods), 10+id%50)}
}

const frontPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The Shop</title><link rel="stylesheet" href="/static/shop.css"></head>
<body><header><img src="/static/logo.png" alt="The Shop"><nav><a href="/">Home</a> <a href="/sale">Sale</a> <a href="/about">About us</a></nav></header>
<main id="app"><p>Things for the house, made to last.</p></main><script src="/static/shop.js" defer></script></body></html>
`

const styleSheet = `body{font-family:Georgia,serif;margin:0 auto;max-width:60rem;color:#222}
header{display:flex;justify-content:space-between;padding:1rem}nav a{margin-left:1rem;color:inherit}
main{padding:1rem}.item{border:1px solid #ddd;border-radius:.3rem;padding:.5rem}.price{font-weight:bold}
`

// logo is a small picture.
func logo() string {
	img := image.NewNRGBA(image.Rect(0, 0, 28, 28))
	for i := range img.Pix {
		img.Pix[i] = byte(i*i>>3) ^ byte(i*37)
	}
	var b strings.Builder
	if err := png.Encode(&b, img); err != nil {
		panic(err) // writing to memory does not fail
	}
	return b.String()
}
