//go:build race

package costtest

// RaceDetector says that the tests run under it.
const RaceDetector = true
