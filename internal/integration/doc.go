// Package integration holds the tests against real servers: Apache Kafka,
// ClickHouse, OpenSearch and rsyslog, started on loopback on free ports and stopped by
// their process id; and those of real attack tools against small servers, watched live by
// a sensor; and of the whole program on a wire in a network namespace. `make
// integration` runs them; they need the build tag `integration` and what
// deploy/deps.sh installs. It has no code of its own.
package integration
