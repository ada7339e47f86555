-- Endpoints that answer, and that hardly anybody knows
SELECT req_method, req_host, req_route, count(*) AS calls, count(*) FILTER (WHERE resp_status >= 200 AND resp_status < 300) AS served,
  count(DISTINCT client_ip) AS clients, max(ts) AS last_seen
FROM events WHERE {since}
GROUP BY req_method, req_host, req_route HAVING served > 0 AND clients <= 2
ORDER BY clients, served DESC, req_host, req_route, req_method LIMIT 50
