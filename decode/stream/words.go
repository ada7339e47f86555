package stream

// How a flow ended.
const (
	endFIN     = "fin"
	endRST     = "rst"
	endIdle    = "idle"
	endEvicted = "evicted"
	endReused  = "reused"
	endCapture = "end"
)

// Why bytes are missing.
const (
	lossGap       = "gap"
	lossTruncated = "truncated"
	lossCapped    = "capped"
	lossEvicted   = "evicted"
)

// Anomalies raised here; their meaning is docs/vocabulary.md's.
const (
	noteOverlap   = "overlap_diff"
	noteUnchecked = "overlap_unchecked"
	noteRST       = "rst_suspect"
	noteFIN       = "fin_suspect"
	noteSYN       = "syn_suspect"
	noteAfterFIN  = "data_after_fin"
	noteBeyond    = "out_of_window"
	noteNoACK     = "no_ack"
	noteBadACK    = "bad_ack"
	noteTimestamp = "timestamp_old"
	noteUrgent    = "urgent_data"
	noteSynData   = "syn_data_refused"
	noteTTL       = "ttl_outlier"
	noteFlood     = "syn_flood"
	noteSigned    = "signature_unexpected"
)
