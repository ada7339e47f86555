-- Addresses that asked for many things that are not there
SELECT client_ip, count(*) AS calls, count(DISTINCT req_path) AS paths, count(DISTINCT req_path) FILTER (WHERE resp_status = 404) AS not_found,
  min(ts) AS first_seen, max(ts) AS last_seen
FROM events WHERE {since}
GROUP BY client_ip HAVING not_found >= 10
ORDER BY not_found DESC, calls DESC LIMIT 50
