// Package shop is the glossary of online stores: what an order is, in which
// state it stands, and what a store's API answers. One platform is one [Shop];
// what not every platform can do is an interface of its own, found by type
// assertion ([Noter], [Hooker]).
//
// Every failure is an [*Error] with a [Kind].
package shop
