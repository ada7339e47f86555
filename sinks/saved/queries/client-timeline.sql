-- All calls of one address, in order, with the rules that fired on them
SELECT ts, req_method, req_host, req_target, resp_status, call_kind, principal_user, alert_severity_num
FROM calls_with_alerts WHERE client_ip = {ip:client} AND {since}
ORDER BY ts, call_depth, req_target LIMIT 1000
