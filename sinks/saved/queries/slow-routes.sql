-- Endpoints by their mean time, with how many calls took more than a second
SELECT req_method, req_host, req_route, count(*) AS calls, round(avg(call_duration_us) / 1000, 1) AS mean_ms,
  round(max(call_duration_us) / 1000, 1) AS max_ms, count(*) FILTER (WHERE call_duration_us > 1000000) AS over_1s
FROM events WHERE {since}
GROUP BY req_method, req_host, req_route
ORDER BY mean_ms DESC, req_host, req_route, req_method LIMIT 20
