-- Endpoints that no specification has, and how often they answered
SELECT req_method, req_host, req_route, state, CAST(sum(count) AS BIGINT) AS calls, min(first_seen) AS since, max(last_seen) AS until
FROM {alerts} WHERE rule_id = 'undocumented-endpoint' AND {since}
GROUP BY req_method, req_host, req_route, state
ORDER BY state DESC, calls DESC, req_host, req_route, req_method LIMIT 200
