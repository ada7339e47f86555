// Package mounttest gives tests a file system of their own that can be made to
// fail as a disk's does.
package mounttest
