// Package banks lets every gateway of the library pay at the simulated bank of its protocol.
package banks

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onay/onay/pos"
	"github.com/onay/onay/pos/akbank"
	"github.com/onay/onay/pos/garanti"
	"github.com/onay/onay/pos/intervpos"
	"github.com/onay/onay/pos/nestpay"
	"github.com/onay/onay/pos/nkolay"
	"github.com/onay/onay/pos/payflex"
	"github.com/onay/onay/pos/payfor"
	"github.com/onay/onay/pos/posnet"
	"github.com/onay/onay/pos/posnetv1"
	"github.com/onay/onay/pos/postest"
	"github.com/onay/onay/sandbox/bank"
	simakbank "github.com/onay/onay/sandbox/bank/akbank"
	simgaranti "github.com/onay/onay/sandbox/bank/garanti"
	simintervpos "github.com/onay/onay/sandbox/bank/intervpos"
	simnestpay "github.com/onay/onay/sandbox/bank/nestpay"
	simnkolay "github.com/onay/onay/sandbox/bank/nkolay"
	simpayflex "github.com/onay/onay/sandbox/bank/payflex"
	simpayfor "github.com/onay/onay/sandbox/bank/payfor"
	simposnet "github.com/onay/onay/sandbox/bank/posnet"
	"github.com/onay/onay/sandbox/outside"
)

// world is a simulated bank behind an address.
type world struct {
	core *outside.Core
	book *bank.Book
	url  string
}

// open starts a bank; mount gives its handler.
func open(t testing.TB, system string, mount func(*bank.Book, *bank.Pages) http.Handler) world {
	t.Helper()
	core := outside.NewCore(nil, outside.Limits{})
	book := bank.NewBook(core, system)
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(func() { core.Close(); srv.Close() })
	pages := &bank.Pages{World: core, Base: srv.URL + "/3d"}
	mux.Handle("/3d/", http.StripPrefix("/3d", pages.Handler()))
	mux.Handle("/", mount(book, pages))
	return world{core, book, srv.URL}
}

// bench is the bank for the suite. find tells whether a line belongs to an order, where the bank files it under another id.
func (w world) bench(g pos.Gateway, find func(line, order string) bool) postest.Bench {
	if find == nil {
		find = func(line, order string) bool { return line == order }
	}
	return postest.Bench{Gateway: g, CloseDay: w.book.CloseDay, RefundSameDay: w.book.RefundAtOnce, Booked: func(order string) (n int, net int64) {
		for _, t := range w.book.Statement() {
			if !find(t.Order, order) && !(t.Of != nil && find(t.Of.Order, order)) || !t.Live() {
				continue
			}
			switch t.Kind {
			case bank.Sale:
				n++
				net += t.Minor
			case bank.PreAuth:
				n++
			case bank.Capture:
				net += t.Minor
			case bank.Refund:
				net -= t.Minor
			}
		}
		return n, net
	}}
}

func gateway[G pos.Gateway](t testing.TB, g G, err error) G {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestNestPay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]nestpay.Config{
		"ver3 3d":             {Model: pos.Secure, Hash: nestpay.Ver3},
		"ver3 3d_pay":         {Model: pos.SecurePay, Hash: nestpay.Ver3},
		"ver3 3d_pay_hosting": {Model: pos.SecureHosted, Hash: nestpay.Ver3},
		"ver2 3d_pay":         {Model: pos.SecurePay, Hash: nestpay.Ver2},
		"ver1 3d":             {Model: pos.Secure, Hash: nestpay.Ver1},
		"ver1 3d_pay":         {Model: pos.SecurePay, Hash: nestpay.Ver1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, simnestpay.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simnestpay.New(b, p, simnestpay.Store{ClientID: "990000001", User: "MAGAZAAPI", Password: "gizli+1", StoreKey: "ANAHTAR|1"}).Handler()
			})
			c.ClientID, c.Username, c.Password, c.StoreKey = "990000001", "MAGAZAAPI", "gizli+1", "ANAHTAR|1"
			c.APIURL, c.GateURL = w.url+"/fim/api", w.url+"/fim/est3Dgate"
			g, err := nestpay.New(c, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), nil))
		})
	}
}

func TestAkbank(t *testing.T) {
	t.Parallel()
	for _, model := range []pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			const merchant, terminal, key = "2023090417500272654BD9A49CF07574", "2023090417500284633D137A249DBBEB", "3230323330393034"
			w := open(t, simakbank.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simakbank.New(b, p, simakbank.Terminal{MerchantSafeID: merchant, TerminalSafeID: terminal, SecretKey: key}).Handler()
			})
			g, err := akbank.New(akbank.Config{MerchantSafeID: merchant, TerminalSafeID: terminal, SecretKey: key, Model: model, APIURL: w.url + "/api", SecurePayURL: w.url + "/securepay", PayHostingURL: w.url + "/payhosting"}, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), nil))
		})
	}
}

func TestGaranti(t *testing.T) {
	t.Parallel()
	for _, model := range []pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			w := open(t, simgaranti.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simgaranti.New(b, p, simgaranti.Terminal{MerchantID: "7000679", ID: "30691298", StoreKey: "12345678", Mode: "TEST",
					Passwords: map[string]string{"PROVAUT": "123qweASD/", "PROVRFN": "iade/1", "PROVOOS": "sayfa/1"}}).Handler()
			})
			g, err := garanti.New(garanti.Config{MerchantID: "7000679", TerminalID: "30691298", StoreKey: "12345678", Provision: garanti.User{Name: "PROVAUT", Password: "123qweASD/"},
				Refund: garanti.User{Name: "PROVRFN", Password: "iade/1"}, Hosted: garanti.User{Name: "PROVOOS", Password: "sayfa/1"}, Test: true, Model: model,
				APIURL: w.url + "/VPServlet", GateURL: w.url + "/servlet/gt3dengine"}, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), nil))
		})
	}
}

func TestPayFor(t *testing.T) {
	t.Parallel()
	for _, c := range []payfor.Config{{Model: pos.Secure}, {Model: pos.SecurePay}, {Model: pos.SecureHosted}, {Model: pos.Secure, ServerStart: true}} {
		name := string(c.Model)
		if c.ServerStart {
			name += " from the server"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, simpayfor.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simpayfor.New(b, p, simpayfor.Store{MbrID: "5", MerchantID: "085300000009704", UserCode: "QNB_API", UserPass: "UcBN0", MerchantPass: "12345678"}).Handler()
			})
			c.MerchantID, c.UserCode, c.UserPass, c.MerchantPass = "085300000009704", "QNB_API", "UcBN0", "12345678"
			c.XMLURL, c.FormURL, c.HostURL = w.url+"/Gateway/XMLGate.aspx", w.url+"/Gateway/Default.aspx", w.url+"/Gateway/3DHost.aspx"
			g, err := payfor.New(c, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), nil))
		})
	}
}

func TestInterVPOS(t *testing.T) {
	t.Parallel()
	for _, model := range []pos.Model{pos.Secure, pos.SecurePay, pos.SecureHosted} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			w := open(t, simintervpos.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simintervpos.New(b, p, simintervpos.Shop{ShopCode: "3123", UserCode: "InterTestApi", UserPass: "3", MerchantPass: "gDg1N"}).Handler()
			})
			g, err := intervpos.New(intervpos.Config{ShopCode: "3123", UserCode: "InterTestApi", UserPass: "3", MerchantPass: "gDg1N", Model: model, URL: w.url + "/mpi/Default.aspx", HostURL: w.url + "/mpi/3DHost.aspx"}, pos.Transport{})
			b := w.bench(gateway(t, g, err), nil)
			b.NoNotFound = true
			postest.Run(t, b)
		})
	}
}

const posnetKey = "10,10,10,10,10,10,10,10"

func TestPosNet(t *testing.T) {
	t.Parallel()
	for _, model := range []pos.Model{pos.Secure, pos.SecureHost} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			w := open(t, simposnet.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simposnet.New(b, p, simposnet.Terminal{MerchantID: "6706598320", TerminalID: "67005551", PosnetID: "27426", Key: posnetKey}).Handler()
			})
			g, err := posnet.New(posnet.Config{MerchantID: "6706598320", TerminalID: "67005551", PosnetID: "27426", Key: posnetKey, Model: model, APIURL: w.url + "/PosnetWebService/XML", GateURL: w.url + "/3DSWebService/YKBPaymentService"}, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), strings.HasSuffix))
		})
	}
}

func TestPosNetV1(t *testing.T) {
	t.Parallel()
	for _, model := range []pos.Model{pos.Secure, pos.SecureHost} {
		t.Run(string(model), func(t *testing.T) {
			t.Parallel()
			w := open(t, simposnet.SystemV1, func(b *bank.Book, p *bank.Pages) http.Handler {
				return simposnet.NewV1(b, p, simposnet.Terminal{MerchantID: "6700950031", TerminalID: "67540050", PosnetID: "1010028724242434", Key: posnetKey}).Handler()
			})
			g, err := posnetv1.New(posnetv1.Config{MerchantNo: "6700950031", TerminalNo: "67540050", PosnetID: "1010028724242434", Key: posnetKey, Model: model, APIURL: w.url + "/MerchantJSONAPI.svc", GateURL: w.url + "/SecureVerification.aspx"}, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), strings.HasSuffix))
		})
	}
}

func TestPayFlex(t *testing.T) {
	t.Parallel()
	for _, c := range []payflex.Config{{Model: pos.Secure}, {Model: pos.Secure, Legacy: true}, {Model: pos.SecureHosted}, {Model: pos.SecureHosted, Legacy: true}} {
		name := string(c.Model) + " gateway"
		if c.Legacy {
			name = string(c.Model) + " legacy"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, simpayflex.System, func(b *bank.Book, p *bank.Pages) http.Handler {
				s := simpayflex.New(b, p, simpayflex.Merchant{ID: "000000000007955", Password: "123Ab456", Terminal: "VP000123"})
				s.Gateway = !c.Legacy
				return s.Handler()
			})
			c.MerchantID, c.Password, c.TerminalNo = "000000000007955", "123Ab456", "VP000123"
			c.Endpoints = payflex.Endpoints{VPOS: w.url + "/virtualPos/Vposreq", Search: w.url + "/virtualPos/Search", SettlementDetail: w.url + "/virtualPos/SettlementDetail", MPI: w.url + "/threeDGateway/Enrollment",
				CommonCreate: w.url + "/commonPayment/CreateToken", CommonQuery: w.url + "/commonPayment/GetVposTransaction"}
			g, err := payflex.New(c, pos.Transport{})
			postest.Run(t, w.bench(gateway(t, g, err), nil))
		})
	}
}

func TestNKolay(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]simnkolay.Merchant{"completes by itself": {}, "in two steps": {TwoSteps: true}, "old hash": {EightFields: true, Envelope: 3}, "text": {TextCodes: true, Envelope: 4}} {
		for _, model := range []pos.Model{pos.Secure, pos.SecureHosted} {
			t.Run(name+" "+string(model), func(t *testing.T) {
				t.Parallel()
				m.Number, m.SX, m.SXList, m.SXCancel, m.Secret = "400000273", "118591467|bScbGD+/==", "118591467|bScbGD+/==|liste==", "118591467|bScbGD+/==|iptal==", "_Yckdx"
				w := open(t, simnkolay.System, func(b *bank.Book, p *bank.Pages) http.Handler { return simnkolay.New(b, p, m).Handler() })
				g, err := nkolay.New(nkolay.Config{SX: m.SX, SXList: m.SXList, SXCancel: m.SXCancel, Secret: m.Secret, BaseURL: w.url, Model: model}, pos.Transport{})
				postest.Run(t, w.bench(gateway(t, g, err), nil))
			})
		}
	}
}
