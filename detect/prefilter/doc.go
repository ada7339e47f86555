// Package prefilter says cheaply that a rule cannot fire on a call. From a
// rule's condition it derives what must hold for the condition to be true,
// as far as that can be seen from the call's heads and from what matchers say
// of its leaves, each asked once per call; whatever it does not understand it takes for possible. It never
// says no where the condition would say yes.
package prefilter
