//go:build integration

package integration

import "testing"

func TestSmoke(t *testing.T) {
	t.Run("kafka", func(t *testing.T) { kafka(t) })
	t.Run("ch", func(t *testing.T) { clickhouseServer(t) })
	t.Run("chdb", func(t *testing.T) { modernClickHouse(t) })
	t.Run("rsyslog", func(t *testing.T) { rsyslog(t) })
}
