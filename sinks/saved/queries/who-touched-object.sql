-- Who read or changed one object, by its path
SELECT principal_user, principal_id, client_ip, req_method, count(*) AS calls, count(*) FILTER (WHERE resp_status >= 200 AND resp_status < 300) AS served,
  min(ts) AS first_seen, max(ts) AS last_seen
FROM events WHERE req_path = {path} AND {since}
GROUP BY principal_user, principal_id, client_ip, req_method
ORDER BY first_seen, principal_user, client_ip, req_method LIMIT 200
