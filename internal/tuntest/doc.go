//go:build !linux

// Package tuntest gives a test a Linux kernel to ask; there is none here.
package tuntest
