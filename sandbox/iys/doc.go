// Package iys is the simulated İYS as a merchant's software and a citizen see
// it: tokens, single and batch writes, status, history, pull, push, the day's
// reconciliation, and the page where a person gives and takes back consent. It
// is written from the protocol dossier alone and shares no code with the client
// library, so that a misreading cannot hide in both.
//
// A client's base address is the sandbox address plus the prefix that
// [Server.Handler] is mounted below; [Server.Page] is the citizen's page.
//
// Where the published document is silent the simulator decides: a status query
// for an unknown address gives 200 with {}; a bad batch element refuses the
// whole list; a failed push is repeated after 1, 5 and 15 minutes; the day's
// hash covers the header line. A client must not rely on any of it.
//
// Not simulated: dealers and their access lists, integrators, the tables of
// cities and towns, and ViA.
package iys
