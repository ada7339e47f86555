package body

// Names of anomalies on a call. They are stable API.
const (
	AnomalyBomb     = "bomb"
	AnomalyEncoding = "bad_encoding"
	AnomalyStacked  = "stacked_encoding"
	AnomalyParts    = "multipart_ambiguous"
	AnomalyDecoding = "decoding_capped"

	AnomalyCharset    = "charset_unknown"
	AnomalyCharsetOdd = "charset_ambiguous"
)

// An Anomaly is a name with what it means.
type Anomaly struct{ Name, Meaning string }

// Anomalies lists every anomaly this package can put on a call.
func Anomalies() []Anomaly {
	return []Anomaly{
		{AnomalyBomb, "a body grew past 100 times its size when decoded; what came before is kept"},
		{AnomalyEncoding, "a body is not what its Content-Encoding says, or breaks off within it"},
		{AnomalyStacked, "more than 3 content codings are stacked; the outer 3 were undone"},
		{AnomalyDecoding, "a value of the request can be decoded further than was done (16 readings, 128 KiB of them, 4 steps one upon another), or holds a structure of more than 256 values; said once somebody asked for the leaves, or for the readings of that value"},
		{AnomalyCharset, "a body declares a charset that is not known; it was read as it is"},
		{AnomalyCharsetOdd, "a body declares a charset in which ASCII bytes mean something else (UTF-7, UTF-16, UTF-32, EBCDIC, ISO-2022), and can be read as it is too, or not in that charset; what can be read was"},
		{AnomalyParts, "a multipart body whose boundary can be read in two ways: two boundary parameters, or two Content-Type fields; the parts under each are read"},
	}
}
