"""A small shop on SQLite whose /items puts its parameter into SQL as it comes: what a scanner is let loose on.

usage: injectable.py PORT
"""
import http.server
import json
import sqlite3
import sys
import urllib.parse

db = sqlite3.connect(":memory:", check_same_thread=False)
db.executescript("""
CREATE TABLE items (id INTEGER, name TEXT, price INTEGER);
INSERT INTO items VALUES (1, 'shoe', 80), (2, 'boot', 120), (3, 'sock', 7);
CREATE TABLE users (id INTEGER, name TEXT, secret TEXT);
INSERT INTO users VALUES (1, 'ann', 'plum-27'), (2, 'bob', 'pear-31');
""")


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path != "/items":
            return self.answer(404, {"error": "not found"})
        item = urllib.parse.parse_qs(url.query).get("id", ["1"])[0]
        try:
            rows = db.execute("SELECT id, name, price FROM items WHERE id = " + item).fetchall()
        except sqlite3.Error as e:
            return self.answer(500, {"error": "sqlite3.OperationalError: %s" % e})
        self.answer(200 if rows else 404, {"items": [{"id": r[0], "name": r[1], "price": r[2]} for r in rows]})

    def answer(self, status, what):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
