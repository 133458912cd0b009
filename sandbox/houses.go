package sandbox

import (
	"errors"
	"net/http"

	"github.com/onay/onay/sandbox/iletimerkezi"
	"github.com/onay/onay/sandbox/mutlucell"
	"github.com/onay/onay/sandbox/postaguvercini"
	"github.com/onay/onay/sandbox/verimor"
)

// houses are the simulated SMS houses beside Netgsm.
type houses struct {
	postaguvercini *postaguvercini.Server
	iletimerkezi   *iletimerkezi.Server
	verimor        *verimor.Server
	mutlucell      *mutlucell.Server
}

// HouseAccount is the demo's account at a simulated SMS house.
type HouseAccount struct {
	Provider, Name, URL, Username, Password, Header, Transport string
}

// HouseAccounts are the accounts that the simulated houses know, Netgsm's apart. base is this world's address, without a slash at its end.
func HouseAccounts(base string) []HouseAccount {
	pg, im, v, m := postaguvercini.DefaultAccounts()[0], iletimerkezi.DefaultAccounts()[0], verimor.DefaultAccounts()[0], mutlucell.DefaultAccounts()[0]
	return []HouseAccount{
		{postaguvercini.System, "Posta Güvercini", base + "/" + postaguvercini.System, pg.Username, pg.Password, pg.Headers[0], "http"},
		{iletimerkezi.System, "İleti Merkezi", base + "/" + iletimerkezi.System + "/v1", im.Username, im.Password, im.Headers[0], "rest"},
		{verimor.System, "Verimor", base + "/" + verimor.System + "/v2", v.Username, v.Password, v.Headers[0], "rest"},
		{mutlucell.System, "Mutlucell", base + "/" + mutlucell.System + "/smsgw-ws", m.Username, m.Password, m.Headers[0], "xml"},
	}
}

// openHouses builds the houses.
func (w *World) openHouses() error {
	var errs [4]error
	w.houses.postaguvercini, errs[0] = postaguvercini.New(w.core, postaguvercini.Config{})
	w.houses.iletimerkezi, errs[1] = iletimerkezi.New(w.core, iletimerkezi.Config{})
	w.houses.verimor, errs[2] = verimor.New(w.core, verimor.Config{})
	w.houses.mutlucell, errs[3] = mutlucell.New(w.core, mutlucell.Config{})
	return errors.Join(errs[:]...)
}

// mountHouses puts each of them under its name.
func (w *World) mountHouses(root *http.ServeMux) {
	for system, h := range map[string]http.Handler{postaguvercini.System: w.houses.postaguvercini.Handler(), iletimerkezi.System: w.houses.iletimerkezi.Handler(), verimor.System: w.houses.verimor.Handler(), mutlucell.System: w.houses.mutlucell.Handler()} {
		root.Handle("/"+system+"/", http.StripPrefix("/"+system, h))
	}
}

// receive gives what a customer wrote to the house that has the number, and its name; empty: none has it.
func (h houses) receive(from, to, body string) string {
	switch {
	case h.verimor.Receive(from, to, body):
		return verimor.System
	case h.mutlucell.Receive(from, to, body):
		return mutlucell.System
	}
	return ""
}
