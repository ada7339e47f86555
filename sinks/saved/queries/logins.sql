-- Who logs in, for how many users, and how often it worked
SELECT client_ip, count(*) AS logins, count(DISTINCT principal_user) AS users, count(*) FILTER (WHERE resp_status >= 200 AND resp_status < 400) AS answered,
  min(ts) AS first_seen, max(ts) AS last_seen
FROM events WHERE call_kind = 'login' AND {since}
GROUP BY client_ip
ORDER BY logins DESC, first_seen LIMIT 50
