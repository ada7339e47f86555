// Package window remembers: sliding windows over packet time, one per key,
// exact up to a cap. It knows no rules and no expressions; it is given values
// and says what their aggregates are.
package window
