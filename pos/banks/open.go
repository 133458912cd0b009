package banks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

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
)

var (
	akbankLive   = map[string]string{"api": akbank.API, "secure": akbank.SecurePay, "hosted": akbank.PayHosting}
	akbankTest   = map[string]string{"api": akbank.TestAPI, "secure": akbank.TestSecurePay, "hosted": akbank.TestPayHosting}
	albarakaLive = map[string]string{"api": posnetv1.APIURL, "gate": posnetv1.GateURL}
	albarakaTest = map[string]string{"api": posnetv1.TestAPIURL, "gate": posnetv1.TestGateURL}
	denizLive    = map[string]string{"api": intervpos.URL, "host": intervpos.HostURL}
	denizTest    = map[string]string{"api": intervpos.TestURL, "host": intervpos.TestHostURL}
	garantiLive  = map[string]string{"api": garanti.APIURL, "gate": garanti.GateURL}
	garantiTest  = map[string]string{"api": garanti.TestAPIURL, "gate": garanti.TestGateURL}
	qnbLive      = map[string]string{"xml": payfor.XMLURL, "form": payfor.FormURL, "host": payfor.HostURL}
	qnbTest      = map[string]string{"xml": payfor.TestXMLURL, "form": payfor.TestFormURL, "host": payfor.TestHostURL}
	katilimLive  = mpi("https://vpos.ziraatkatilim.com.tr/Mpi/")
	katilimTest  = mpi("https://payfortestziraatkatilim.cordisnetwork.com/Mpi/")
	ykbLive      = map[string]string{"api": posnet.APIURL, "gate": posnet.GateURL}
	ykbTest      = map[string]string{"api": posnet.TestAPIURL, "gate": posnet.TestGateURL}
	vakifLive    = endpoints(payflex.VakifbankGateway)
	vakifTest    = endpoints(payflex.VakifbankGatewayTest)
	vakifOldLive = endpoints(payflex.VakifbankLegacy)
	vakifOldTest = endpoints(payflex.VakifbankLegacyTest)
	ziraatLive   = endpoints(payflex.Ziraat)
	ziraatTest   = endpoints(payflex.ZiraatTest)
)

const (
	nkolayLive = nkolay.BaseURL
	nkolayTest = nkolay.TestBaseURL
)

func mpi(base string) map[string]string {
	return map[string]string{"xml": base + "XMLGate.aspx", "form": base + "Default.aspx", "host": base + "3DHost.aspx"}
}

func endpoints(e payflex.Endpoints) map[string]string {
	return map[string]string{"vpos": e.VPOS, "search": e.Search, "detail": e.SettlementDetail, "mpi": e.MPI, "common_create": e.CommonCreate, "common_query": e.CommonQuery}
}

// Options of [Open].
type Options struct {
	Test      bool              // the bank's test system
	Addresses map[string]string // instead of the profile's, by name
	Transport pos.Transport
}

// Check tells what is wrong with credentials, by key: "is missing", "does not have the right form", "is not known". The values are not repeated.
func (b Bank) Check(credentials map[string]string) map[string]string {
	wrong := map[string]string{}
	known := map[string]bool{}
	for _, f := range protocols[b.Protocol].fields {
		known[f.Key] = true
		v := credentials[f.Key]
		switch {
		case v == "" && f.Required && f.Default == "":
			wrong[f.Key] = "is missing"
		case v == "":
		case len(f.Choices) > 0 && !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == v }):
			wrong[f.Key] = "is none of the choices"
		case f.Pattern != "" && !matches(f.Pattern, v):
			wrong[f.Key] = "does not have the right form"
		}
	}
	for key := range credentials {
		if !known[key] {
			wrong[key] = "is not known"
		}
	}
	return wrong
}

var patterns sync.Map // of fields: *regexp.Regexp

// matches reports whether the whole of a value has the form of a field.
func matches(pattern, v string) bool {
	p, ok := patterns.Load(pattern)
	if !ok {
		p, _ = patterns.LoadOrStore(pattern, regexp.MustCompile(`^(?:`+pattern+`)$`))
	}
	return p.(*regexp.Regexp).MatchString(v)
}

// Open makes a merchant's account at a bank. An error wraps [pos.ErrInvalid] and names the field, never its value.
func Open(key string, credentials map[string]string, o Options) (pos.Gateway, error) {
	b, ok := Get(key)
	if !ok {
		return nil, pos.Invalid("bank", "is not known: "+key)
	}
	if wrong := b.Check(credentials); len(wrong) > 0 {
		var parts []string
		for field, why := range wrong {
			parts = append(parts, field+" "+why)
		}
		slices.Sort(parts)
		return nil, fmt.Errorf("%w: %s: %s", pos.ErrInvalid, b.Name, strings.Join(parts, "; "))
	}
	get := func(field string) string {
		if v := credentials[field]; v != "" {
			return v
		}
		for _, f := range protocols[b.Protocol].fields {
			if f.Key == field {
				return f.Default
			}
		}
		return ""
	}
	at := func(name string) string {
		if v := o.Addresses[name]; v != "" {
			return v
		}
		if o.Test {
			return b.Test[name]
		}
		return b.Live[name]
	}
	if at(b.Addresses()[0]) == "" {
		return nil, pos.Invalid("addresses", "of "+b.Name+" are not known: type them in from the bank's letter")
	}
	yes := func(field string) bool { return get(field) == "yes" }
	model := pos.Model(get("model"))
	accepted := []string{"1"}
	if yes("half_secure") {
		accepted = []string{"1", "2", "3", "4"}
	}
	switch b.Protocol {
	case NestPay:
		return open(nestpay.New(nestpay.Config{ClientID: get("client_id"), Username: get("username"), Password: get("password"), StoreKey: get("store_key"), Model: model, Hash: nestpay.Hash(get("hash")),
			AcceptedMDStatus: accepted, MOTO: yes("moto"), APIURL: at("api"), GateURL: at("gate")}, o.Transport))
	case Akbank:
		return open(akbank.New(akbank.Config{MerchantSafeID: get("merchant_safe_id"), TerminalSafeID: get("terminal_safe_id"), SecretKey: get("secret_key"), Model: model, HalfSecure: yes("half_secure"), MOTO: yes("moto"),
			Recurring: yes("recurring"), APIURL: at("api"), SecurePayURL: at("secure"), PayHostingURL: at("hosted")}, o.Transport))
	case Garanti:
		return open(garanti.New(garanti.Config{MerchantID: get("merchant_id"), TerminalID: get("terminal_id"), StoreKey: get("store_key"), Provision: garanti.User{Password: get("provision_password")},
			Refund: garanti.User{Password: get("refund_password")}, Hosted: garanti.User{Password: get("hosted_password")}, Model: model, AcceptedMDStatus: accepted, MOTO: yes("moto"), Test: o.Test,
			APIURL: at("api"), GateURL: at("gate")}, o.Transport))
	case PayFlex:
		return open(payflex.New(payflex.Config{MerchantID: get("merchant_id"), TerminalNo: get("terminal_no"), Password: get("password"), MPIPassword: get("mpi_password"), Model: model, MOTO: yes("moto"),
			Legacy: b.Key != "vakifbank", Endpoints: payflex.Endpoints{VPOS: at("vpos"), Search: at("search"), SettlementDetail: at("detail"), MPI: at("mpi"), CommonCreate: at("common_create"), CommonQuery: at("common_query")}}, o.Transport))
	case PosNet:
		return open(posnet.New(posnet.Config{MerchantID: get("merchant_id"), TerminalID: get("terminal_id"), PosnetID: get("posnet_id"), Key: get("key"), Model: model, AcceptedMDStatus: accepted, MOTO: yes("moto"),
			Prefix: get("prefix"), APIURL: at("api"), GateURL: at("gate")}, o.Transport))
	case PosNetV1:
		return open(posnetv1.New(posnetv1.Config{MerchantNo: get("merchant_id"), TerminalNo: get("terminal_id"), PosnetID: get("posnet_id"), Key: get("key"), Model: model, AcceptedMDStatus: accepted, MOTO: yes("moto"),
			APIURL: at("api"), GateURL: at("gate")}, o.Transport))
	case PayFor:
		member := payfor.QNB
		if b.Key == "ziraat-katilim" {
			member = payfor.ZiraatKatilim
		}
		return open(payfor.New(payfor.Config{MbrID: member, MerchantID: get("merchant_id"), UserCode: get("user_code"), UserPass: get("user_pass"), MerchantPass: get("merchant_pass"), Model: model,
			HalfSecure: yes("half_secure"), MOTO: yes("moto"), ServerStart: yes("server_start"), XMLURL: at("xml"), FormURL: at("form"), HostURL: at("host")}, o.Transport))
	case InterVPOS:
		return open(intervpos.New(intervpos.Config{ShopCode: get("shop_code"), UserCode: get("user_code"), UserPass: get("user_pass"), MerchantPass: get("merchant_pass"), Model: model, AcceptedMDStatus: accepted,
			MOTO: yes("moto"), URL: at("api"), HostURL: at("host")}, o.Transport))
	}
	return open(nkolay.New(nkolay.Config{SX: get("sx"), SXList: get("sx_list"), SXCancel: get("sx_cancel"), Secret: get("secret"), Model: model, MOTO: yes("moto"), BaseURL: at("base")}, o.Transport))
}

// open keeps a nil client from becoming a gateway that is not nil.
func open[G pos.Gateway](g G, err error) (pos.Gateway, error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}
