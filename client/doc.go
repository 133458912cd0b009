// Package client calls the Onay API from Go.
//
//	onay := client.New("https://onay.example.com", os.Getenv("ONAY_KEY"))
//	v, err := onay.Verifications.Start(ctx, client.StartRequest{Phone: "0555 111 22 33"})
//	…
//	result, err := onay.Verifications.Check(ctx, v.ID, client.CheckRequest{Code: typed})
//
// Each POST carries an Idempotency-Key, so that a request whose answer got lost is repeated without a second SMS. Failed
// connections and answers that say "try again" are repeated a few times; refusals are returned as [*Error].
//
// Times are UTC, phones E.164, amounts integer kuruş. A [Client] is safe for concurrent use.
package client
