-- Endpoints whose answers are errors, the worst first
SELECT req_method, req_host, req_route, count(*) AS calls, count(*) FILTER (WHERE resp_status >= 500) AS failed,
  count(*) FILTER (WHERE resp_status >= 400 AND resp_status < 500) AS refused
FROM events WHERE {since}
GROUP BY req_method, req_host, req_route HAVING failed + refused > 0
ORDER BY failed DESC, refused DESC, req_host, req_route, req_method LIMIT 20
