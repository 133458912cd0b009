// Package smstest is the conformance suite of SMS adapters. Every adapter runs
// it in its own tests against a fake server:
//
//	func TestConformance(t *testing.T) {
//		smstest.Run(t, func(t *testing.T, s smstest.Situation) smstest.Fixture {
//			fake := newFakeServer(t, s)
//			return smstest.Fixture{Sender: newClient(t, fake.URL), Sent: fake.Sent}
//		})
//	}
//
// The suite cares about what costs money: whether a failure may be repeated,
// and that the adapter never repeats a message by itself.
package smstest
