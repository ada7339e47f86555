package http1

// Names of anomalies on a call. They are stable API.
const (
	AnomalySmuggling        = "smuggling_ambiguous"
	AnomalyContentLength    = "bad_content_length"
	AnomalyTransferEncoding = "bad_transfer_encoding"
	AnomalyChunk            = "bad_chunk"
	AnomalyChunkExtension   = "chunk_extension"
	AnomalyObsFold          = "obs_fold"
	AnomalyBareLF           = "bare_lf"
	AnomalyBareCR           = "bare_cr"
	AnomalyNUL              = "nul_byte"
	AnomalySpaceColon       = "space_before_colon"
	AnomalyHeaderName       = "bad_header_name"
	AnomalyHeaderLine       = "bad_header_line"
	AnomalyHeaderValue      = "bad_header_value"
	AnomalyTrailer          = "forbidden_trailer"
	AnomalyRequestLine      = "bad_request_line"
	AnomalyMethod           = "bad_method"
	AnomalyVersion          = "bad_version"
	AnomalyStatus           = "bad_status"
	AnomalyMissingHost      = "missing_host"
	AnomalyHost             = "host_ambiguous"
	AnomalyAbsolute         = "absolute_form"
	AnomalyOld              = "http_0_9"
	AnomalyLeadingLine      = "leading_line"
	AnomalyHeadCap          = "head_too_long"
	AnomalyFieldCap         = "too_many_headers"
	AnomalyPipelining       = "excessive_pipelining"
	AnomalyInterim          = "excessive_interim"
	AnomalyDesync           = "desync"
	AnomalyEarlyResponse    = "response_before_request"
	AnomalyForbiddenBody    = "forbidden_body"
	AnomalySurplus          = "surplus_response"
	AnomalyMissing          = "missing_response"
	AnomalyReversed         = "roles_reversed"
	AnomalySecondCut        = "alt_incomplete"
	AnomalyOverlap          = "overlap_ambiguous"
)

// An Anomaly is a name with what it means.
type Anomaly struct{ Name, Meaning string }

// Anomalies lists every anomaly this package can put on a call.
func Anomalies() []Anomaly {
	return []Anomaly{
		{AnomalySmuggling, "the body's length can be read in two ways: Content-Length beside Transfer-Encoding, differing or repeated lengths, an odd or repeated Transfer-Encoding, either on HTTP/1.0 or hidden by a fold, a CR, a NUL, a bare LF before it, white space before the colon or an underscore in the name; Transfer-Encoding was followed where the body is chunked"},
		{AnomalyContentLength, "Content-Length is no plain decimal number below 2^63"},
		{AnomalyTransferEncoding, "Transfer-Encoding does not end in exactly chunked"},
		{AnomalyChunk, "a chunk's size or end is malformed, or the size has more than 16 digits; the rest of the body was not read when no length could be made of it"},
		{AnomalyChunkExtension, "a chunk-size line is longer than 256 bytes, or an extension on it has no name, a quote that is not closed, or bytes that may not stand there, such as white space after the size"},
		{AnomalyObsFold, "a header value goes on in the next line (obsolete folding); joined with one space"},
		{AnomalyBareLF, "a line ends with LF alone"},
		{AnomalyBareCR, "a CR stands within a line"},
		{AnomalyNUL, "a head holds a NUL byte"},
		{AnomalySpaceColon, "white space stands between a header's name and its colon"},
		{AnomalyHeaderName, "a header's name is empty or holds bytes that no name may hold"},
		{AnomalyHeaderLine, "a header line has no colon, or the first begins with white space"},
		{AnomalyHeaderValue, "a header's value holds a control byte other than tab, CR and NUL"},
		{AnomalyTrailer, "a trailer carries framing, routing or authentication fields"},
		{AnomalyRequestLine, "a request line has odd white space, or a target with spaces or control bytes, or one that is no path, no URL and no asterisk"},
		{AnomalyMethod, "a method is not made of capital letters and hyphens"},
		{AnomalyVersion, "a version other than HTTP/1.0 and HTTP/1.1"},
		{AnomalyStatus, "a response whose status is no number from 100 to 599, a status line with odd white space or up to four bytes before it, or bytes in a response's place that are none"},
		{AnomalyMissingHost, "an HTTP/1.1 request without Host"},
		{AnomalyHost, "the host can be read in two ways: several Host fields, one that differs from the target's, one that is folded, userinfo, separators or an odd port in it, CONNECT to a path"},
		{AnomalyAbsolute, "the target is a whole URL, as sent to a proxy"},
		{AnomalyOld, "a request of HTTP/0.9"},
		{AnomalyLeadingLine, "empty lines stand before the message"},
		{AnomalyHeadCap, "a head is longer than the cap; its rest was passed over"},
		{AnomalyFieldCap, "a head has more fields than the cap; the others were passed over"},
		{AnomalyPipelining, "more requests wait for responses than the cap; the oldest was emitted without"},
		{AnomalyInterim, "more than 16 interim (1xx) responses to one request"},
		{AnomalyDesync, "bytes where a message should begin are none; the parser went on at the next line that begins one"},
		{AnomalyEarlyResponse, "the response was captured before its request"},
		{AnomalyForbiddenBody, "a 1xx or 204 response announces a body, or one that may have none was followed by bytes until the connection closed"},
		{AnomalySurplus, "a response that answers no request, where nothing is missing and an earlier one was answered: the server may have read a request that the client's bytes hide (request smuggling), or two responses stand in one; 408 is none such"},
		{AnomalyMissing, "a whole request without a response, when the server ended the connection in order and had not said that it would, behind one of ambiguous length: the server may have read it as part of that (request smuggling)"},
		{AnomalyReversed, "the end that accepted the connection sent the requests; it is the call's client"},
		{AnomalyOverlap, "bytes of the request or of the response were sent twice with different values; the second reading has those that were not believed"},
		{AnomalySecondCut, "the call has a second reading, of which not all was seen or kept"},
	}
}
