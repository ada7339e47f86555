package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// helloQuery is the first question of clickhouse-go. Its answer alone must be
// in the Native format of the driver's own revision, which libchdb cannot
// write; the answer names revision 0, the one libchdb does write, and the
// driver reads that from then on.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

func (e *engine) hello() ([]byte, error) {
	b, err := e.run("", "SELECT 'chdb', version(), toUInt32(0), 'UTC'", "Native")
	if err != nil {
		return nil, err
	}
	block := proto.NewBlock()
	if err := block.Decode(chproto.NewReader(bytes.NewReader(b)), 0); err != nil {
		return nil, fmt.Errorf("reading libchdb's answer: %w", err)
	}
	var out chproto.Buffer
	err = block.Encode(&out, clickhouse.ClientTCPProtocolVersion)
	return out.Buf, err
}

// inflate undoes ClickHouse's own compression of a body, where the client says
// that it used it.
func inflate(body []byte, params url.Values) ([]byte, error) {
	if params.Get("decompress") != "1" || len(body) == 0 {
		return body, nil
	}
	plain, err := io.ReadAll(compress.NewReader(bytes.NewReader(body)))
	if errors.Is(err, io.EOF) { // the reader's own end is wrapped
		err = nil
	}
	return plain, err
}

// deflate compresses an answer where the client asks for it.
func deflate(body []byte, params url.Values) ([]byte, error) {
	if params.Get("compress") != "1" || len(body) == 0 {
		return body, nil
	}
	w := compress.NewWriter(compress.LevelZero, compress.LZ4)
	err := w.Compress(body)
	return w.Data, err
}

// settings makes a clause of the one setting of inserts that clients of ours
// send in the address.
func settings(params url.Values) string {
	const token = "insert_deduplication_token"
	if v := params.Get(token); v != "" {
		return " SETTINGS " + token + " = '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v) + "'"
	}
	return ""
}
