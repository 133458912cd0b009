// Package sandbox is the whole outside world of Onay, simulated: the customers'
// phones and every system that Onay talks to, one room for each, with pages on
// which a person plays the customer and with the same controls by HTTP for
// tests. Rooms are written from the protocol dossiers and share no code with
// the client libraries.
//
//	GET    /                                  what is here
//	GET    /phones, /phones/{phone}           pages; the second one is live
//	GET    /phones/{phone}/messages           [{at, sender, body, provider}], newest first
//	POST   /phones/{phone}/reply              {to, body}
//	GET    /phones/{phone}/events             server-sent events
//	GET    /controls                          page: faults and clock
//	GET PUT DELETE /faults                    {system, kind, rate, delay_ms}
//	GET PUT        /clock                     {offset_seconds}
//	GET    /accounts/netgsm                   page
//	GET    /accounts/netgsm.json              the subscribers
//	GET PUT /accounts/netgsm/{usercode}       one subscriber; PUT changes the members it names
//	GET    /healthz
//	*      /netgsm/…                          the simulated Netgsm
package sandbox
