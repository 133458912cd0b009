// Package ideasoft connects an Ideasoft store: OAuth2 by the merchant's own
// API client, orders and statuses over the Admin API (3.2), changes over the
// Store API, notes and signed webhooks.
//
// Tokens turn at every refresh and the old refresh token dies at once, so they
// live in a [TokenStore] that lets one refresh run at a time, across
// processes, and keeps the new pair before it is used.
package ideasoft
