package clickhouse

import (
	"fmt"
	"strings"
)

// onCluster is what a statement says to be run on every node.
func (s Schema) onCluster() string {
	if s.Cluster == "" {
		return ""
	}
	return " ON CLUSTER " + quote(s.Cluster)
}

// local is the name of the table that holds rows.
func (s Schema) local(table string) string {
	if s.Cluster == "" {
		return table
	}
	return table + "_local"
}

// engine is that of a table that holds rows. What is not sharded has all
// nodes for its replicas. args are those of the engine itself.
func (s Schema) engine(table string, sharded bool, args ...string) string {
	if s.Cluster == "" {
		if len(args) == 0 {
			return "ReplacingMergeTree"
		}
		return "ReplacingMergeTree(" + strings.Join(args, ", ") + ")"
	}
	path, replica := "/clickhouse/tables/{shard}/"+s.Database+"/"+s.local(table), "{replica}"
	if !sharded {
		path, replica = "/clickhouse/tables/all/"+s.Database+"/"+table, "{shard}-{replica}"
	}
	return "ReplicatedReplacingMergeTree(" + strings.Join(append([]string{literal(path), literal(replica)}, args...), ", ") + ")"
}

// distributed makes the table over all shards, where there are some.
func (s Schema) distributed(table, shard string) []string {
	if s.Cluster == "" {
		return nil
	}
	return []string{fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s.%s%s AS %[1]s.%[4]s\nENGINE = Distributed(%[5]s, %[6]s, %[7]s, %[8]s)",
		quote(s.Database), quote(table), s.onCluster(), quote(s.local(table)), literal(s.Cluster), literal(s.Database), literal(s.local(table)), shard)}
}

// literal is a text in single quotes.
func literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
