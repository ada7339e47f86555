package clickhouse

import "fmt"

// rollUps makes calls_by_minute: how many calls of each endpoint a minute had,
// from how many clients, and how long they took. It is not filled as rows are
// inserted, for an insert may come twice: every five minutes the last two hours
// are counted anew, each call once, and replace what was counted before. On a
// cluster each shard counts its own, and the view adds them up.
func rollUps(s Schema) []string {
	local := quote(s.Database) + "." + quote(s.local("calls_minutes"))
	ttl := ""
	if s.Days > 0 {
		ttl = fmt.Sprintf("\nTTL minute + INTERVAL %d DAY", s.Days)
	}
	out := []string{fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s%s
(
    minute DateTime('UTC'), req_host LowCardinality(String), req_route LowCardinality(String), req_method LowCardinality(String), status_class UInt8,
    calls UInt64, req_bytes UInt64, resp_bytes UInt64, clients AggregateFunction(uniq, IPv6), durations AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), UInt32),
    refreshed DateTime('UTC')
)
ENGINE = %s
PARTITION BY toYYYYMM(minute)
ORDER BY (req_host, req_route, req_method, status_class, minute)%s`, local, s.onCluster(), s.engine("calls_minutes", true, "refreshed"), ttl)}
	out = append(out, s.distributed("calls_minutes", "cityHash64(req_host, req_route)")...)
	return append(out,
		fmt.Sprintf(`CREATE MATERIALIZED VIEW IF NOT EXISTS %s.calls_minutes_refresh%s
REFRESH EVERY 5 MINUTE APPEND TO %s AS
SELECT toStartOfMinute(ts) AS minute, req_host, req_route, req_method, toUInt8(intDiv(resp_status, 100)) AS status_class,
    count() AS calls, sum(req_body_bytes) AS req_bytes, sum(resp_body_bytes) AS resp_bytes, uniqState(client_real_ip) AS clients,
    quantilesTDigestState(0.5, 0.95, 0.99)(call_duration_us) AS durations, now() AS refreshed
FROM %s FINAL
WHERE ts >= toStartOfHour(now() - INTERVAL 2 HOUR) AND ts < now() + INTERVAL 1 HOUR AND spooled_day >= toDate(now() - INTERVAL 1 DAY)
GROUP BY minute, req_host, req_route, req_method, status_class`,
			quote(s.Database), s.onCluster(), local, quote(s.Database)+"."+quote(s.local("calls"))),
		view(s, "calls_by_minute", `SELECT minute, req_host, req_route, req_method, status_class, sum(calls) AS calls, sum(req_bytes) AS req_bytes, sum(resp_bytes) AS resp_bytes,
    uniqMerge(clients) AS clients, quantilesTDigestMerge(0.5, 0.95, 0.99)(durations) AS duration_us
FROM %s FINAL
GROUP BY minute, req_host, req_route, req_method, status_class`, "calls_minutes"))
}
