//go:build integration

package integration

import (
	"testing"

	"spaniel/internal/forward"
	"spaniel/internal/linktest"
	"spaniel/sinks/all"
	chsink "spaniel/sinks/clickhouse"
)

// TestClickHouseLink puts a link that fails before an old server's native
// protocol and a recent one's HTTP.
func TestClickHouseLink(t *testing.T) {
	t.Run("native", func(t *testing.T) {
		_, addr := startClickHouse(t)
		execute(t, clickhouseDB(t, "clickhouse://default@"+addr+"/default"), deliveryTables...)
		badLink(t, addr, "clickhouse://default@", "/default", 1)
	})
	t.Run("http", func(t *testing.T) {
		addr := startModernClickHouse(t)
		execute(t, clickhouseDB(t, "http://"+addr+"/default"), chsink.DDL(chsink.Schema{Database: "link"})...)
		badLink(t, addr, "http://", "/link", 0) // the server knows a block again by its token
	})
}

// badLink cuts the link without a word, mends it for a kilobyte a second, and loses
// answers to inserts. Nothing is missing, the view shows each call once, and the
// table has at most doubles batches more for each answer that was lost.
func badLink(t *testing.T, addr, before, after string, doubles uint64) {
	const each, lost = 1_000, 3
	link := linktest.New(t, addr)
	db := clickhouseDB(t, before+addr+after)
	p := newPipeline(t, spoolDir(t), all.Config{Name: "clickhouse", Kinds: []string{"call"}, ClickHouse: &chsink.Config{URL: before + link.Addr().String() + after}}, each)
	calls := makeCalls(10 * each)
	p.put(calls[:each])
	p.delivered(each, patience)

	link.Cut()
	start := p.total().Retried
	p.put(calls[each : 2*each])
	s := p.await("two attempts fail", patience, func(s forward.Stats) bool { return s.Retried >= start+2 })
	t.Logf("cut: %s", s.LastError)
	link.Slow(1024)
	link.Mend()
	start = p.total().Retried
	s = p.await("two attempts are too slow", patience, func(s forward.Stats) bool { return s.Retried >= start+2 })
	t.Logf("slow: %s", s.LastError)
	link.Slow(0)
	p.delivered(2*each, patience)
	var rows, sound uint64
	scan(t, db, "SELECT count() FROM calls", &rows)
	if rows != 2*each {
		t.Errorf("%d rows of %d calls, although no insert was whole", rows, 2*each)
	}

	link.LoseAnswers(lost, 20_000)
	p.put(calls[2*each:])
	s = p.delivered(len(calls), patience)
	scan(t, db, "SELECT count() FROM calls", &rows)
	scan(t, db, "SELECT count() FROM events", &sound)
	if n := uint64(len(calls)); link.Lost() != lost || sound != n || rows < n || rows > n+lost*doubles*each || rows%each != 0 {
		t.Errorf("%d answers lost: %d rows, the view shows %d of %d calls", link.Lost(), rows, sound, n)
	}
	t.Logf("%d answers lost, %d attempts failed in all; %d rows, the view shows %d of %d calls", link.Lost(), s.Retried, rows, sound, len(calls))
}
