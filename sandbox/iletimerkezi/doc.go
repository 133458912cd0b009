// Package iletimerkezi is the simulated İleti Merkezi: the JSON calls of
// version 1 and the pushed report. It is written from the protocol's
// description alone and shares no code with the client library.
//
// A client's base address is the address of Handler plus "/v1".
//
// The last two digits of a phone choose its fate: see package carrier. The
// real house has one word for every failure (112), and so has this one.
// Incoming messages do not exist here, as the house no longer documents them.
package iletimerkezi
