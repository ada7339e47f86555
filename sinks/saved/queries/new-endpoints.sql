-- Endpoints that answered for the first time, the newest first
SELECT req_method, req_host, req_route, min(ts) AS first_seen, count(*) AS calls, count(DISTINCT client_ip) AS clients
FROM events WHERE resp_status >= 200 AND resp_status < 400
GROUP BY req_method, req_host, req_route HAVING {since:min(ts)}
ORDER BY first_seen DESC, req_host, req_route, req_method LIMIT 50
