package body

import "testing"

// TestCutBodies cuts bodies of each structure at every byte: the leaves before
// the one that is cut are those of the whole.
func TestCutBodies(t *testing.T) {
	for _, c := range []struct {
		media, body string
		open        int // leaves that a cut may change
	}{
		{"application/x-www-form-urlencoded", "a=1&b=%27+or&c&a=2", 1},
		{"application/json", `{"a":[1,-2.5e3,{"b":"c d"},true,null,[]],"$ne":{},"e":"f","a":{"g":"h"}}`, 1},
		{"application/x-ndjson", "{\"a\":1}\n{\"a\":\"b\"}\n{\"a\":[true]}\n", 1},
		{"multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\ntwo\r\n--B\r\nContent-Disposition: form-data; name=b\r\n\r\n2\r\n--B--\r\n", 1},
		{"multipart/mixed; boundary=B", "--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\n1\r\n--C\r\n\r\n2\r\n--C--\r\n--B\r\n\r\n3\r\n--B--", 1},
		{"text/xml", `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a b="c" d='e'>f<g>h</g>i<!-- j --> k<![CDATA[l]]>m<n/></a>`, 2},
		{"application/yaml", "a: b\nc:\n- d\n- e: f\n  g: 1\nh: i\n", 1},
		{"text/plain", "what is plain is one leaf", 1},
	} {
		headers := "Content-Type: " + c.media
		whole := request("", headers, c.body).Leaves()
		for cut := range len(c.body) {
			part := request("", headers, c.body[:cut]).Leaves()
			for i := range max(1, len(part)-c.open) {
				if i >= len(whole) || part[i].Place != whole[i].Place || part[i].Value != whole[i].Value || part[i].Type != whole[i].Type {
					t.Errorf("%s, cut at %d, behind %q:\n%sof the whole:\n%s", c.media, cut, c.body[max(0, cut-20):cut], show(part), show(whole))
					break
				}
			}
		}
	}
}
