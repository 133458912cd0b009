// Package housetest is for the tests of the adapters: a fake house for the
// conformance suite, and the comparing of known answers.
package housetest
