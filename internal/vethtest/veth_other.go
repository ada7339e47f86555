//go:build !linux

// Package vethtest gives a test a wire to capture from; there is none here.
package vethtest
