-- What was found, by rule and outcome, the worst first
SELECT rule_id, outcome, count(*) AS alerts, max(severity_num) AS worst, count(DISTINCT client_ip) AS clients, min(first_seen) AS since, max(last_seen) AS until
FROM {alerts} WHERE {since}
GROUP BY rule_id, outcome
ORDER BY worst DESC, alerts DESC, rule_id, outcome LIMIT 100
