-- All calls of one user, in order
SELECT ts, client_ip, req_method, req_host, req_target, resp_status, call_kind, client_agent_family
FROM events WHERE principal_user = {user} AND {since}
ORDER BY ts, call_depth, req_target LIMIT 1000
