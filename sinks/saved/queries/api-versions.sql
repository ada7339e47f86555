-- Versions of each API in use, and by how many
SELECT req_host, req_version, count(*) AS calls, count(DISTINCT client_ip) AS clients, count(DISTINCT req_route) AS routes, max(ts) AS last_seen
FROM events WHERE req_version <> '' AND {since}
GROUP BY req_host, req_version
ORDER BY req_host, req_version LIMIT 100
