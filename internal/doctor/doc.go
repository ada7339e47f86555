// Package doctor says what is wrong with a place to watch from: with the
// interface, the mirror behind it, the traffic that arrives, the clock and the
// disk. Each finding names what to type. It opens no capture itself.
package doctor
