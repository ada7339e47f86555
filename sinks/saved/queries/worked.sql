-- Attacks that likely succeeded
SELECT ts, rule_id, severity, client_ip, principal_user, req_method, req_host, req_route, resp_status, message
FROM {alerts} WHERE outcome = 'likely_succeeded' AND {since}
ORDER BY ts, rule_id, dedup_key LIMIT 200
