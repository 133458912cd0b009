package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onay/onay/sandbox/bank"
	"github.com/onay/onay/sandbox/bank/akbank"
	"github.com/onay/onay/sandbox/bank/garanti"
	"github.com/onay/onay/sandbox/bank/intervpos"
	"github.com/onay/onay/sandbox/bank/nestpay"
	"github.com/onay/onay/sandbox/bank/nkolay"
	"github.com/onay/onay/sandbox/bank/payflex"
	"github.com/onay/onay/sandbox/bank/payfor"
	"github.com/onay/onay/sandbox/bank/posnet"
	"github.com/onay/onay/sandbox/outside"
)

// BankAccount is a merchant's account at a simulated bank: what the bank's letter would say.
type BankAccount struct {
	Bank        string            `json:"bank"`   // as package pos/banks calls the profile
	Name        string            `json:"name"`   // as people do
	System      string            `json:"system"` // as faults do
	Credentials map[string]string `json:"credentials"`
	Addresses   map[string]string `json:"addresses"`
	Terms       bank.Terms        `json:"terms"` // what the bank keeps, and when it pays out

	merchant string // as the bank's book calls the account
}

// bankRoom is one simulated bank.
type bankRoom struct {
	system string
	book   *bank.Book
}

const bankPrefix = "/bank/"

// The accounts of the demo. They are no secrets: nothing but this world takes them.
const (
	demoPassword = "deneme-sifre"
	demoKey      = "deneme-anahtar"
	demoSafe     = "0000000000000000000000000000ABCD"
	demoTerminal = "0000000000000000000000000000DCBA"
	demoPosnet   = "10,10,10,10,10,10,10,10"
	demoSX       = "118591467|deneme=="
)

var nestpayStores = []struct{ bank, name, id string }{
	{"isbank", "İş Bankası", "700000001"}, {"halkbank", "Halkbank", "500000001"}, {"teb", "TEB", "400000001"}, {"turkiye-finans", "Türkiye Finans", "280000001"}, {"ziraat", "Ziraat Bankası", "190000001"},
}

// openBanks mounts the simulated banks.
func (w *World) openBanks(root *http.ServeMux) {
	pages := &bank.Pages{World: w.core, Base: bankPrefix + "3d"}
	root.Handle(bankPrefix+"3d/", http.StripPrefix(bankPrefix+"3d", pages.Handler()))
	mount := func(system string, open func(*bank.Book) http.Handler) {
		book := bank.NewBook(w.core, system)
		w.banks = append(w.banks, bankRoom{system, book})
		root.Handle(bankPrefix+system+"/", http.StripPrefix(bankPrefix+system, open(book)))
	}
	mount(nestpay.System, func(b *bank.Book) http.Handler {
		var stores []nestpay.Store
		for _, x := range nestpayStores {
			stores = append(stores, nestpay.Store{ClientID: x.id, User: "api", Password: demoPassword, StoreKey: demoKey})
		}
		return nestpay.New(b, pages, stores...).Handler()
	})
	mount(akbank.System, func(b *bank.Book) http.Handler {
		return akbank.New(b, pages, akbank.Terminal{MerchantSafeID: demoSafe, TerminalSafeID: demoTerminal, SecretKey: demoKey, Recurring: true}).Handler()
	})
	mount(garanti.System, func(b *bank.Book) http.Handler {
		return garanti.New(b, pages, garanti.Terminal{MerchantID: "7000001", ID: "30000001", StoreKey: demoKey, Passwords: map[string]string{"PROVAUT": demoPassword, "PROVRFN": demoPassword + "-iade", "PROVOOS": demoPassword + "-sayfa"}}).Handler()
	})
	mount(payflex.System, func(b *bank.Book) http.Handler {
		s := payflex.New(b, pages, payflex.Merchant{ID: "000000000000001", Password: demoPassword, Terminal: "VP000001"})
		s.Gateway, s.Prefix = true, bankPrefix+payflex.System
		return s.Handler()
	})
	mount(payflex.SystemLegacy, func(b *bank.Book) http.Handler {
		s := payflex.New(b, pages, payflex.Merchant{ID: "000000000000002", Password: demoPassword, Terminal: "VP000002", CardInProvision: true})
		s.Prefix = bankPrefix + payflex.SystemLegacy
		return s.Handler()
	})
	mount(posnet.System, func(b *bank.Book) http.Handler {
		return posnet.New(b, pages, posnet.Terminal{MerchantID: "6700000001", TerminalID: "67000001", PosnetID: "10001", Key: demoPosnet},
			posnet.Terminal{MerchantID: "6700000003", TerminalID: "67000003", PosnetID: "10003", Key: demoPosnet, FreeOrderIDs: true}).Handler()
	})
	mount(posnet.SystemV1, func(b *bank.Book) http.Handler {
		return posnet.NewV1(b, pages, posnet.Terminal{MerchantID: "6700000002", TerminalID: "67C00002", PosnetID: "1010000000000001", Key: demoPosnet}).Handler()
	})
	mount(payfor.System, func(b *bank.Book) http.Handler {
		return payfor.New(b, pages, payfor.Store{MbrID: "5", MerchantID: "085300000000001", UserCode: "api", UserPass: demoPassword, MerchantPass: demoKey}).Handler()
	})
	mount(intervpos.System, func(b *bank.Book) http.Handler {
		return intervpos.New(b, pages, intervpos.Shop{ShopCode: "3001", UserCode: "api", UserPass: demoPassword, MerchantPass: demoKey}).Handler()
	})
	mount(nkolay.System, func(b *bank.Book) http.Handler {
		s := nkolay.New(b, pages, nkolay.Merchant{Number: "400000001", SX: demoSX, SXList: demoSX + "|liste==", SXCancel: demoSX + "|iptal==", Secret: demoKey})
		s.Prefix = bankPrefix + nkolay.System
		return s.Handler()
	})
}

// BankAccounts are the accounts that the simulated banks know. base is this world's address, without a slash at its end.
func (w *World) BankAccounts(base string) []BankAccount {
	at := func(system string, paths map[string]string) map[string]string {
		m := map[string]string{}
		for name, p := range paths {
			m[name] = base + bankPrefix + system + p
		}
		return m
	}
	var out []BankAccount
	add := func(key, name, system, merchant string, credentials, paths map[string]string) {
		out = append(out, BankAccount{Bank: key, Name: name, System: system, Credentials: credentials, Addresses: at(system, paths), merchant: merchant})
	}
	for _, x := range nestpayStores {
		add(x.bank, x.name, nestpay.System, x.id, map[string]string{"client_id": x.id, "username": "api", "password": demoPassword, "store_key": demoKey}, map[string]string{"api": "/fim/api", "gate": "/fim/est3Dgate"})
	}
	add("akbank", "Akbank", akbank.System, demoTerminal, map[string]string{"merchant_safe_id": demoSafe, "terminal_safe_id": demoTerminal, "secret_key": demoKey}, map[string]string{"api": "/api", "secure": "/securepay", "hosted": "/payhosting"})
	add("garanti", "Garanti BBVA", garanti.System, "30000001", map[string]string{"merchant_id": "7000001", "terminal_id": "30000001", "provision_password": demoPassword, "refund_password": demoPassword + "-iade", "hosted_password": demoPassword + "-sayfa", "store_key": demoKey},
		map[string]string{"api": "/VPServlet", "gate": "/servlet/gt3dengine"})
	vakif := map[string]string{"vpos": "/virtualPos/Vposreq", "search": "/virtualPos/Search", "detail": "/virtualPos/SettlementDetail", "mpi": "/threeDGateway/Enrollment",
		"common_create": "/commonPayment/CreateToken", "common_query": "/commonPayment/GetVposTransaction"}
	add("vakifbank", "Vakıfbank", payflex.System, "000000000000001", map[string]string{"merchant_id": "000000000000001", "terminal_no": "VP000001", "password": demoPassword}, vakif)
	add("vakifbank-legacy", "Vakıfbank (eski sistem)", payflex.SystemLegacy, "000000000000002", map[string]string{"merchant_id": "000000000000002", "terminal_no": "VP000002", "password": demoPassword}, vakif)
	add("yapikredi", "Yapı Kredi", posnet.System, "6700000001", map[string]string{"merchant_id": "6700000001", "terminal_id": "67000001", "posnet_id": "10001", "key": demoPosnet}, map[string]string{"api": "/PosnetWebService/XML", "gate": "/3DSWebService/YKBPaymentService"})
	add("yapikredi", "Yapı Kredi (OrderID parametresi açık)", posnet.System, "6700000003", map[string]string{"merchant_id": "6700000003", "terminal_id": "67000003", "posnet_id": "10003", "key": demoPosnet}, map[string]string{"api": "/PosnetWebService/XML", "gate": "/3DSWebService/YKBPaymentService"})
	add("albaraka", "Albaraka Türk", posnet.SystemV1, "6700000002", map[string]string{"merchant_id": "6700000002", "terminal_id": "67C00002", "posnet_id": "1010000000000001", "key": demoPosnet}, map[string]string{"api": "/MerchantJSONAPI.svc", "gate": "/SecureVerification.aspx"})
	add("qnb", "QNB", payfor.System, "085300000000001", map[string]string{"merchant_id": "085300000000001", "user_code": "api", "user_pass": demoPassword, "merchant_pass": demoKey},
		map[string]string{"xml": "/Gateway/XMLGate.aspx", "form": "/Gateway/Default.aspx", "host": "/Gateway/3DHost.aspx"})
	add("denizbank", "Denizbank", intervpos.System, "3001", map[string]string{"shop_code": "3001", "user_code": "api", "user_pass": demoPassword, "merchant_pass": demoKey}, map[string]string{"api": "/mpi/Default.aspx", "host": "/mpi/3DHost.aspx"})
	add("nkolay", "N Kolay", nkolay.System, "400000001", map[string]string{"sx": demoSX, "sx_list": demoSX + "|liste==", "sx_cancel": demoSX + "|iptal==", "secret": demoKey}, map[string]string{"base": ""})
	for i := range out {
		out[i].Terms = demoTerms(i)
	}
	return out
}

// Merchant is the number by which the bank calls the account.
func (a BankAccount) Merchant() string { return a.merchant }

// BankStatement lists what a simulated bank has booked, the oldest first; nil for a bank that is not here.
func (w *World) BankStatement(system string) []bank.Txn {
	for _, b := range w.banks {
		if b.system == system {
			return b.book.Statement()
		}
	}
	return nil
}

// CloseBankDay ends the day of a simulated bank, or of all ("").
func (w *World) CloseBankDay(system string) {
	for _, b := range w.banks {
		if system == "" || b.system == system {
			b.book.CloseDay()
		}
	}
}

func hostOf(r *http.Request) string { return "http://" + r.Host }

func (w *World) getBankAccounts(rw http.ResponseWriter, r *http.Request) {
	writeJSON(rw, http.StatusOK, w.BankAccounts(hostOf(r)))
}

func (w *World) getBankStatement(rw http.ResponseWriter, r *http.Request) {
	list := w.BankStatement(r.PathValue("system"))
	if list == nil {
		list = []bank.Txn{}
	}
	writeJSON(rw, http.StatusOK, list)
}

func (w *World) postCloseDay(rw http.ResponseWriter, r *http.Request) {
	system := r.FormValue("system")
	w.CloseBankDay(system)
	if isForm(r) {
		http.Redirect(rw, r, "/banks?closed=1", http.StatusSeeOther)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}

// bankView is a bank as the page shows it.
type bankView struct {
	Account BankAccount
	Lines   []bank.Txn // the latest first
	Total   int
	Until   string // end of the account statement that the page offers
}

// statementLimit is how many lines the page shows of a bank.
const statementLimit = 20

func (w *World) showBanks(rw http.ResponseWriter, r *http.Request) {
	var views []bankView
	for _, a := range w.BankAccounts(hostOf(r)) {
		lines := w.bankLinesOf(a)
		slices.Reverse(lines)
		views = append(views, bankView{a, lines[:min(len(lines), statementLimit)], len(lines), w.core.Clock.Now().In(outside.Istanbul).AddDate(0, 0, 4).Format(time.DateOnly)})
	}
	w.show(rw, r, "banks", struct {
		Banks  []bankView
		Closed bool
	}{views, r.URL.Query().Get("closed") != ""})
}

// bankLines writes credentials and addresses in the order of their names.
func bankLines(m map[string]string) (out [][2]string) {
	for k, v := range m {
		out = append(out, [2]string{k, v})
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}
