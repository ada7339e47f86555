CREATE DATABASE IF NOT EXISTS `spaniel` ON CLUSTER `lake`;

CREATE TABLE IF NOT EXISTS `spaniel`.migrations ON CLUSTER `lake` (number UInt32, name String, applied DateTime('UTC') DEFAULT now())
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/spaniel/migrations', '{shard}-{replica}')
ORDER BY number;

CREATE TABLE IF NOT EXISTS `spaniel`.`calls_local` ON CLUSTER `lake`
(
    `ts` DateTime64(6, 'UTC') COMMENT 'time of the request\'s first byte' CODEC(Delta, ZSTD(1)),
    `call_id` FixedString(16) COMMENT 'id of the call, the same whenever it is read again',
    `call_key` FixedString(16) COMMENT 'joins the same call seen by several sensors',
    `sensor_name` LowCardinality(String) COMMENT 'name of the sensor; file when read from a capture',
    `sensor_zone` LowCardinality(String) COMMENT 'zone of the sensor, from its configuration',
    `iface` LowCardinality(String) COMMENT 'capture interface',
    `flow_id` UInt64 COMMENT 'id of the connection',
    `flow_community_id` String COMMENT 'Community ID v1 of the connection, to join with other tools' CODEC(ZSTD(1)),
    `flow_vlan` UInt16 COMMENT 'outermost VLAN id, 0 without',
    `flow_vni` UInt32 COMMENT 'innermost tunnel id (VXLAN VNI, GRE key), 0 without',
    `call_depth` UInt32 COMMENT 'position on its connection, from 1',
    `client_ip` IPv6 COMMENT 'address that opened the connection',
    `server_ip` IPv6 COMMENT 'address that answered',
    `client_real_ip` IPv6 COMMENT 'client behind trusted proxies, else client_ip',
    `client_port` UInt16 COMMENT 'client\'s port',
    `server_port` UInt16 COMMENT 'server\'s port',
    `client_country` LowCardinality(String) COMMENT 'country of client_real_ip, empty without a database',
    `client_asn` UInt32 COMMENT 'autonomous system of client_real_ip, 0 without a database',
    `client_fingerprint` UInt64 COMMENT 'hash of the request\'s header names and their order',
    `call_proto` LowCardinality(String) COMMENT 'protocol: http/1.1, http/1.0, http/0.9',
    `call_style` LowCardinality(String) COMMENT 'style of the API: rest, graphql, soap, jsonrpc, grpc',
    `call_kind` LowCardinality(String) COMMENT 'what the call means: login, logout, reset, otp, signup, refresh, payment, or empty',
    `req_method` LowCardinality(String) COMMENT 'request method',
    `req_host` LowCardinality(String) COMMENT 'Host header or authority, lower case, without the default port',
    `req_route` LowCardinality(String) COMMENT 'path with its variable segments named',
    `req_version` LowCardinality(String) COMMENT 'version of the API, from the path or a header',
    `req_path` String COMMENT 'raw path, redacted spans apart' CODEC(ZSTD(1)),
    `req_query` String COMMENT 'raw query without the question mark, redacted spans apart' CODEC(ZSTD(1)),
    `req_target` String COMMENT 'request target as on the wire, redacted spans apart' CODEC(ZSTD(1)),
    `req_operation` String COMMENT 'GraphQL or RPC operation' CODEC(ZSTD(1)),
    `resp_status` UInt16 COMMENT 'response status, 0 when none was seen',
    `req_body_bytes` UInt64 COMMENT 'request body on the wire' CODEC(T64, ZSTD(1)),
    `resp_body_bytes` UInt64 COMMENT 'response body on the wire' CODEC(T64, ZSTD(1)),
    `call_ttfb_us` UInt32 COMMENT 'from the request\'s last byte to the response\'s first, microseconds',
    `call_duration_us` UInt32 COMMENT 'from the call\'s first byte to its last, microseconds',
    `req_content_type` LowCardinality(String) COMMENT 'media type of the request body',
    `resp_content_type` LowCardinality(String) COMMENT 'media type of the response body',
    `req_user_agent` String COMMENT 'User-Agent header' CODEC(ZSTD(1)),
    `client_agent_family` LowCardinality(String) COMMENT 'family of the user agent',
    `client_bot` String COMMENT 'name of the bot the user agent claims to be, or empty' CODEC(ZSTD(1)),
    `principal_kind` LowCardinality(String) COMMENT 'how the caller authenticates: none, basic, bearer, jwt, cookie, apikey',
    `principal_id` String COMMENT 'keyed hash of the credential, or of the token\'s subject' CODEC(ZSTD(1)),
    `principal_user` String COMMENT 'user name, where the wire shows one' CODEC(ZSTD(1)),
    `principal_session` String COMMENT 'keyed hash of the session id' CODEC(ZSTD(1)),
    `req_headers` Map(LowCardinality(String), Array(String)) COMMENT 'request headers, redacted',
    `resp_headers` Map(LowCardinality(String), Array(String)) COMMENT 'response headers, redacted',
    `req_leaves` Map(LowCardinality(String), String) COMMENT 'client-controlled values by place, redacted; of calls with an alert of their own, or of all with store.leaves',
    `resp_pii` Array(LowCardinality(String)) COMMENT 'classes of personal data found in the response',
    `call_anomalies` Array(LowCardinality(String)) COMMENT 'protocol anomalies of the call',
    `call_flags` Array(LowCardinality(String)) COMMENT 'what is missing or was cut: request_only, gap, capped, …',
    `call_sample_rate` Float32 COMMENT 'share of calls kept; 1 is all',
    `ruleset` LowCardinality(String) COMMENT 'hash of the rule set that judged the call',
    `spooled_day` Date COMMENT 'day the record was spooled, UTC',
    `first_frame` UInt64 COMMENT 'number of the call\'s first frame in its capture',
    `last_frame` UInt64 COMMENT 'number of the call\'s last frame in its capture',
    INDEX by_call_id call_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_principal principal_id TYPE bloom_filter GRANULARITY 1,
    INDEX by_header mapKeys(req_headers) TYPE bloom_filter GRANULARITY 1,
    INDEX by_path req_path TYPE tokenbf_v1(10240, 3, 0) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/calls_local', '{replica}')
PARTITION BY spooled_day
ORDER BY (req_host, toStartOfHour(ts), call_id)
TTL spooled_day + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS `spaniel`.`calls` ON CLUSTER `lake` AS `spaniel`.`calls_local`
ENGINE = Distributed('lake', 'spaniel', 'calls_local', sipHash64(call_id));

CREATE TABLE IF NOT EXISTS `spaniel`.`alerts_local` ON CLUSTER `lake`
(
    `id` FixedString(16) COMMENT 'id of the alert, the same whenever the traffic is read again',
    `dedup_key` String COMMENT 'groups alerts of one attacker on one endpoint' CODEC(ZSTD(1)),
    `ts` DateTime64(6, 'UTC') COMMENT 'when the rule fired' CODEC(Delta, ZSTD(1)),
    `first_seen` DateTime64(6, 'UTC') COMMENT 'first call it rests on' CODEC(Delta, ZSTD(1)),
    `last_seen` DateTime64(6, 'UTC') COMMENT 'last call it rests on' CODEC(Delta, ZSTD(1)),
    `count` UInt64 COMMENT 'calls it rests on',
    `state` LowCardinality(String) COMMENT 'open; closed when its rule saw that it is over',
    `severity` LowCardinality(String) COMMENT 'info, low, medium, high, critical',
    `severity_num` UInt16 COMMENT '10, 30, 50, 70, 90',
    `confidence` Float32 COMMENT '0 to 1',
    `outcome` LowCardinality(String) COMMENT 'tried, refused, failed, likely_succeeded, unknown',
    `rule_id` LowCardinality(String) COMMENT 'rule that fired',
    `rule_title` LowCardinality(String) COMMENT 'its title',
    `rule_category` LowCardinality(String) COMMENT 'pack/kind',
    `rule_refs` Array(LowCardinality(String)) COMMENT 'CWE, ATT&CK, OWASP references',
    `ruleset` LowCardinality(String) COMMENT 'hash of the rule set',
    `sensor_name` LowCardinality(String) COMMENT 'sensor',
    `sensor_zone` LowCardinality(String) COMMENT 'zone',
    `sensor_version` LowCardinality(String) COMMENT 'version of Spaniel',
    `client_ip` IPv6 COMMENT 'calling address',
    `client_port` UInt16 COMMENT 'calling port',
    `client_country` LowCardinality(String) COMMENT 'its country',
    `principal_kind` LowCardinality(String) COMMENT 'how the caller authenticates',
    `principal_id` String COMMENT 'keyed hash of the credential' CODEC(ZSTD(1)),
    `principal_user` String COMMENT 'user name' CODEC(ZSTD(1)),
    `principal_session` String COMMENT 'keyed hash of the session id' CODEC(ZSTD(1)),
    `server_ip` IPv6 COMMENT 'called address',
    `server_port` UInt16 COMMENT 'called port',
    `req_method` LowCardinality(String) COMMENT 'method of the last sample',
    `req_host` LowCardinality(String) COMMENT 'host',
    `req_route` LowCardinality(String) COMMENT 'route',
    `req_target` String COMMENT 'target, redacted' CODEC(ZSTD(1)),
    `req_user_agent` String COMMENT 'user agent' CODEC(ZSTD(1)),
    `resp_status` UInt16 COMMENT 'status, 0 when none was seen',
    `evidence` String COMMENT 'evidence as JSON' CODEC(ZSTD(1)),
    `message` String COMMENT 'the verdict in a sentence' CODEC(ZSTD(1)),
    `calls` Array(String) COMMENT 'ids of the calls it rests on',
    `link_query` String COMMENT 'SQL that shows those calls' CODEC(ZSTD(1)),
    `quality_loss` Float32 COMMENT 'share of bytes lost on the connections judged',
    `quality_sample_rate` Float32 COMMENT 'share of calls kept',
    `spooled_day` Date COMMENT 'day the record was spooled, UTC',
    INDEX by_id id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/alerts_local', '{replica}')
PARTITION BY spooled_day
ORDER BY (rule_id, toStartOfHour(ts), id)
TTL spooled_day + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS `spaniel`.`alerts` ON CLUSTER `lake` AS `spaniel`.`alerts_local`
ENGINE = Distributed('lake', 'spaniel', 'alerts_local', sipHash64(id));

CREATE TABLE IF NOT EXISTS `spaniel`.`flows_local` ON CLUSTER `lake`
(
    `ts` DateTime64(6, 'UTC') COMMENT 'time of the connection\'s first packet' CODEC(Delta, ZSTD(1)),
    `flow_last` DateTime64(6, 'UTC') COMMENT 'time of its last packet' CODEC(Delta, ZSTD(1)),
    `flow_id` UInt64 COMMENT 'id of the connection',
    `flow_community_id` String COMMENT 'Community ID v1' CODEC(ZSTD(1)),
    `sensor_name` LowCardinality(String) COMMENT 'name of the sensor',
    `iface` LowCardinality(String) COMMENT 'capture interface',
    `flow_vlan` UInt16 COMMENT 'outermost VLAN id',
    `flow_vni` UInt32 COMMENT 'innermost tunnel id',
    `client_ip` IPv6 COMMENT 'address that opened the connection',
    `client_port` UInt16 COMMENT 'client\'s port',
    `server_ip` IPv6 COMMENT 'address that answered',
    `server_port` UInt16 COMMENT 'server\'s port',
    `flow_service` LowCardinality(String) COMMENT 'what its first bytes looked like: http, http2, tls, websocket, unknown',
    `flow_ended` LowCardinality(String) COMMENT 'how it ended: fin, rst, idle, evicted, reused, end',
    `req_packets` UInt64 COMMENT 'packets from the client',
    `resp_packets` UInt64 COMMENT 'packets from the server',
    `req_bytes` UInt64 COMMENT 'payload bytes from the client' CODEC(T64, ZSTD(1)),
    `resp_bytes` UInt64 COMMENT 'payload bytes from the server' CODEC(T64, ZSTD(1)),
    `req_gap_bytes` UInt64 COMMENT 'bytes from the client that were never seen' CODEC(T64, ZSTD(1)),
    `resp_gap_bytes` UInt64 COMMENT 'bytes from the server that were never seen' CODEC(T64, ZSTD(1)),
    `flow_flags` Array(LowCardinality(String)) COMMENT 'midstream, one_sided, gap, overlap_diff, capped',
    `first_frame` UInt64 COMMENT 'number of its first frame',
    `spooled_day` Date COMMENT 'day the record was spooled, UTC',
    INDEX by_flow flow_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/flows_local', '{replica}')
PARTITION BY spooled_day
ORDER BY (sensor_name, toStartOfHour(ts), flow_id)
TTL spooled_day + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS `spaniel`.`flows` ON CLUSTER `lake` AS `spaniel`.`flows_local`
ENGINE = Distributed('lake', 'spaniel', 'flows_local', flow_id);

CREATE TABLE IF NOT EXISTS `spaniel`.`anomalies_local` ON CLUSTER `lake`
(
    `ts` DateTime64(6, 'UTC') COMMENT 'when' CODEC(Delta, ZSTD(1)),
    `name` LowCardinality(String) COMMENT 'anomaly\'s name, or the loss\'s reason',
    `sensor_name` LowCardinality(String) COMMENT 'name of the sensor',
    `flow_id` UInt64 COMMENT 'connection it belongs to, 0 if none',
    `flow_vlan` UInt16 COMMENT 'outermost VLAN id',
    `flow_vni` UInt32 COMMENT 'innermost tunnel id',
    `client_ip` IPv6 COMMENT 'client\'s address',
    `client_port` UInt16 COMMENT 'client\'s port',
    `server_ip` IPv6 COMMENT 'server\'s address',
    `server_port` UInt16 COMMENT 'server\'s port',
    `direction` LowCardinality(String) COMMENT 'to_server or to_client, empty if neither',
    `packets` UInt64 COMMENT 'packets concerned',
    `bytes` UInt64 COMMENT 'bytes concerned',
    `frame` UInt64 COMMENT 'number of the frame that showed it',
    `detail` String COMMENT 'in words' CODEC(ZSTD(1)),
    `spooled_day` Date COMMENT 'day the record was spooled, UTC'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/anomalies_local', '{replica}')
PARTITION BY spooled_day
PRIMARY KEY (name, toStartOfHour(ts), sensor_name, flow_id)
ORDER BY (name, toStartOfHour(ts), sensor_name, flow_id, ts, frame, direction, packets, bytes, detail)
TTL spooled_day + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS `spaniel`.`anomalies` ON CLUSTER `lake` AS `spaniel`.`anomalies_local`
ENGINE = Distributed('lake', 'spaniel', 'anomalies_local', flow_id);

CREATE TABLE IF NOT EXISTS `spaniel`.`losses_local` ON CLUSTER `lake`
(
    `ts` DateTime64(6, 'UTC') COMMENT 'when' CODEC(Delta, ZSTD(1)),
    `name` LowCardinality(String) COMMENT 'anomaly\'s name, or the loss\'s reason',
    `sensor_name` LowCardinality(String) COMMENT 'name of the sensor',
    `flow_id` UInt64 COMMENT 'connection it belongs to, 0 if none',
    `flow_vlan` UInt16 COMMENT 'outermost VLAN id',
    `flow_vni` UInt32 COMMENT 'innermost tunnel id',
    `client_ip` IPv6 COMMENT 'client\'s address',
    `client_port` UInt16 COMMENT 'client\'s port',
    `server_ip` IPv6 COMMENT 'server\'s address',
    `server_port` UInt16 COMMENT 'server\'s port',
    `direction` LowCardinality(String) COMMENT 'to_server or to_client, empty if neither',
    `packets` UInt64 COMMENT 'packets concerned',
    `bytes` UInt64 COMMENT 'bytes concerned',
    `frame` UInt64 COMMENT 'number of the frame that showed it',
    `detail` String COMMENT 'in words' CODEC(ZSTD(1)),
    `spooled_day` Date COMMENT 'day the record was spooled, UTC'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/losses_local', '{replica}')
PARTITION BY spooled_day
PRIMARY KEY (name, toStartOfHour(ts), sensor_name, flow_id)
ORDER BY (name, toStartOfHour(ts), sensor_name, flow_id, ts, frame, direction, packets, bytes, detail)
TTL spooled_day + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS `spaniel`.`losses` ON CLUSTER `lake` AS `spaniel`.`losses_local`
ENGINE = Distributed('lake', 'spaniel', 'losses_local', flow_id);

CREATE TABLE IF NOT EXISTS `spaniel`.`facts_local` ON CLUSTER `lake`
(
    `ts` DateTime64(6, 'UTC') COMMENT 'when' CODEC(Delta, ZSTD(1)),
    `name` LowCardinality(String) COMMENT 'kind of fact: tls, arp, ndp; of the sensor itself: rules_loaded, rules_refused, rule_error, rule_quarantined, rule_slow, packets_kept, packets_not_kept',
    `sensor_name` LowCardinality(String) COMMENT 'name of the sensor',
    `flow_id` UInt64 COMMENT 'connection it belongs to, 0 if none',
    `flow_vlan` UInt16 COMMENT 'outermost VLAN id',
    `flow_vni` UInt32 COMMENT 'innermost tunnel id',
    `client_ip` IPv6 COMMENT 'client\'s address',
    `client_port` UInt16 COMMENT 'client\'s port',
    `server_ip` IPv6 COMMENT 'server\'s address',
    `server_port` UInt16 COMMENT 'server\'s port',
    `direction` LowCardinality(String) COMMENT 'to_server or to_client, empty if neither',
    `packets` UInt64 COMMENT 'packets concerned',
    `bytes` UInt64 COMMENT 'bytes concerned',
    `frame` UInt64 COMMENT 'number of the frame that showed it',
    `detail` String COMMENT 'its fields as words' CODEC(ZSTD(1)),
    `spooled_day` Date COMMENT 'day the record was spooled, UTC',
    `fields` Map(LowCardinality(String), String) COMMENT 'its fields by name; one without a value is left out'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/facts_local', '{replica}')
PARTITION BY spooled_day
PRIMARY KEY (name, toStartOfHour(ts), sensor_name, flow_id)
ORDER BY (name, toStartOfHour(ts), sensor_name, flow_id, ts, frame, direction, packets, bytes, detail)
TTL spooled_day + INTERVAL 30 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS `spaniel`.`facts` ON CLUSTER `lake` AS `spaniel`.`facts_local`
ENGINE = Distributed('lake', 'spaniel', 'facts_local', flow_id);

CREATE VIEW IF NOT EXISTS `spaniel`.`events` ON CLUSTER `lake` AS
SELECT * FROM `spaniel`.`calls` FINAL;

CREATE VIEW IF NOT EXISTS `spaniel`.`calls_with_alerts` ON CLUSTER `lake` AS
SELECT c.*, a.alert_ids, a.alert_rules, a.alert_severity_num
FROM (SELECT * FROM `spaniel`.`calls` FINAL) AS c
LEFT JOIN (
    SELECT call, groupArray(lower(hex(id))) AS alert_ids, groupUniqArray(toString(rule_id)) AS alert_rules, max(severity_num) AS alert_severity_num
    FROM (SELECT * FROM `spaniel`.`alerts` FINAL) ARRAY JOIN calls AS call
    GROUP BY call
) AS a ON a.call = lower(hex(c.call_id));

INSERT INTO `spaniel`.migrations (number, name) SELECT 1, 'tables and views';

CREATE TABLE IF NOT EXISTS `spaniel`.`calls_minutes_local` ON CLUSTER `lake`
(
    minute DateTime('UTC'), req_host LowCardinality(String), req_route LowCardinality(String), req_method LowCardinality(String), status_class UInt8,
    calls UInt64, req_bytes UInt64, resp_bytes UInt64, clients AggregateFunction(uniq, IPv6), durations AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), UInt32),
    refreshed DateTime('UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/spaniel/calls_minutes_local', '{replica}', refreshed)
PARTITION BY toYYYYMM(minute)
ORDER BY (req_host, req_route, req_method, status_class, minute)
TTL minute + INTERVAL 30 DAY;

CREATE TABLE IF NOT EXISTS `spaniel`.`calls_minutes` ON CLUSTER `lake` AS `spaniel`.`calls_minutes_local`
ENGINE = Distributed('lake', 'spaniel', 'calls_minutes_local', cityHash64(req_host, req_route));

CREATE MATERIALIZED VIEW IF NOT EXISTS `spaniel`.calls_minutes_refresh ON CLUSTER `lake`
REFRESH EVERY 5 MINUTE APPEND TO `spaniel`.`calls_minutes_local` AS
SELECT toStartOfMinute(ts) AS minute, req_host, req_route, req_method, toUInt8(intDiv(resp_status, 100)) AS status_class,
    count() AS calls, sum(req_body_bytes) AS req_bytes, sum(resp_body_bytes) AS resp_bytes, uniqState(client_real_ip) AS clients,
    quantilesTDigestState(0.5, 0.95, 0.99)(call_duration_us) AS durations, now() AS refreshed
FROM `spaniel`.`calls_local` FINAL
WHERE ts >= toStartOfHour(now() - INTERVAL 2 HOUR) AND ts < now() + INTERVAL 1 HOUR AND spooled_day >= toDate(now() - INTERVAL 1 DAY)
GROUP BY minute, req_host, req_route, req_method, status_class;

CREATE VIEW IF NOT EXISTS `spaniel`.`calls_by_minute` ON CLUSTER `lake` AS
SELECT minute, req_host, req_route, req_method, status_class, sum(calls) AS calls, sum(req_bytes) AS req_bytes, sum(resp_bytes) AS resp_bytes,
    uniqMerge(clients) AS clients, quantilesTDigestMerge(0.5, 0.95, 0.99)(durations) AS duration_us
FROM `spaniel`.`calls_minutes` FINAL
GROUP BY minute, req_host, req_route, req_method, status_class;

INSERT INTO `spaniel`.migrations (number, name) SELECT 2, 'roll-ups by minute';
