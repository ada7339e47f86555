// Package capture is where frames come from: capture files (pcap and pcapng,
// plain, gzip or zstd, from disk or a pipe) read by a bounded reader of our
// own, and network interfaces through libpcap. It does not look inside a
// frame, keeps no clock and clamps no time: what the capture says is handed on
// as it stands.
package capture
