package payflex

import (
	"fmt"
	"log/slog"

	"github.com/onay/onay/pos"
)

// Endpoints are the addresses of one bank and generation.
type Endpoints struct {
	VPOS             string // …/Vposreq
	Search           string // …/Search
	SettlementDetail string // …/SettlementDetail; may be empty
	MPI              string // …/Enrollment
	CommonCreate     string // …/CommonPayment/api/RegisterTransaction or …/commonPayment/CreateToken; may be empty
	CommonQuery      string // …/VposTransaction or …/GetVposTransaction
}

// Addresses of Vakıfbank and Ziraat. New merchants of Vakıfbank use the gateway; old ones may stay where they are.
var (
	VakifbankGateway = Endpoints{
		VPOS: "https://apigw.vakifbank.com.tr:8443/virtualPos/Vposreq", Search: "https://apigw.vakifbank.com.tr:8443/virtualPos/Search",
		SettlementDetail: "https://apigw.vakifbank.com.tr:8443/virtualPos/SettlementDetail",
		MPI:              "https://inbound.apigateway.vakifbank.com.tr:8443/threeDGateway/Enrollment",
		CommonCreate:     "https://inbound.apigateway.vakifbank.com.tr:8443/commonPayment/CreateToken",
		CommonQuery:      "https://inbound.apigateway.vakifbank.com.tr:8443/commonPayment/GetVposTransaction",
	}
	VakifbankGatewayTest = Endpoints{
		VPOS: "https://apiportalprep.vakifbank.com.tr:8443/virtualPos/Vposreq", Search: "https://apiportalprep.vakifbank.com.tr:8443/virtualPos/Search",
		SettlementDetail: "https://apiportalprep.vakifbank.com.tr:8443/virtualPos/SettlementDetail",
		MPI:              "https://inbound.apigatewaytest.vakifbank.com.tr:8443/threeDGateway/Enrollment",
		CommonCreate:     "https://inbound.apigatewaytest.vakifbank.com.tr:8443/commonPayment/CreateToken",
		CommonQuery:      "https://inbound.apigatewaytest.vakifbank.com.tr:8443/commonPayment/GetVposTransaction",
	}
	VakifbankLegacy = Endpoints{
		VPOS: "https://onlineodeme.vakifbank.com.tr:4443/VposService/v3/Vposreq.aspx", Search: "https://onlineodeme.vakifbank.com.tr:4443/UIService/Search.aspx",
		SettlementDetail: "https://onlineodeme.vakifbank.com.tr:4443/UIService/SettlementDetail.aspx",
		MPI:              "https://3dsecure.vakifbank.com.tr:4443/MPIAPI/MPI_Enrollment.aspx",
		CommonCreate:     "https://cpweb.vakifbank.com.tr/CommonPayment/api/RegisterTransaction", CommonQuery: "https://cpweb.vakifbank.com.tr/CommonPayment/api/VposTransaction",
	}
	VakifbankLegacyTest = Endpoints{
		VPOS: "https://onlineodemetest.vakifbank.com.tr:4443/VposService/v3/Vposreq.aspx", Search: "https://onlineodemetest.vakifbank.com.tr:4443/UIService/Search.aspx",
		SettlementDetail: "https://onlineodemetest.vakifbank.com.tr:4443/UIService/SettlementDetail.aspx",
		MPI:              "https://3dsecuretest.vakifbank.com.tr:4443/MPIAPI/MPI_Enrollment.aspx",
		CommonCreate:     "https://cptest.vakifbank.com.tr/CommonPayment/api/RegisterTransaction", CommonQuery: "https://cptest.vakifbank.com.tr/CommonPayment/api/VposTransaction",
	}
	Ziraat = Endpoints{
		VPOS: "https://sanalpos.ziraatbank.com.tr/v4/v3/Vposreq.aspx", Search: "https://sanalpos.ziraatbank.com.tr/v4/UIWebService/Search.aspx",
		MPI: "https://mpi.ziraatbank.com.tr/Enrollment.aspx",
	}
	ZiraatTest = Endpoints{
		VPOS: "https://preprod.payflex.com.tr/Ziraatbank/VposWeb/v3/Vposreq.aspx", Search: "https://preprod.payflex.com.tr/ZIRAATBANK/UIWebService/Search.aspx",
		MPI: "https://preprod.payflex.com.tr/ZiraatBank/MpiWeb/Enrollment.aspx",
	}
)

// Config is a merchant's account.
type Config struct {
	MerchantID    string // "Üye iş yeri no", 15 digits with the zeros in front
	Password      string // "API şifresi"
	TerminalNo    string // VP and 6 characters
	MPIPassword   string // of the MPI, where it is another one (Ziraat); empty: Password
	MerchantType  string // 1 main dealer, 2 sub dealer; empty otherwise
	SubMerchantID string // dealers only

	Endpoints Endpoints // VakifbankGateway (or VakifbankLegacy) when VPOS is empty
	Legacy    bool      // the bank's old hosts: callbacks are not signed there

	// Model is pos.Secure when empty; pos.SecureHosted takes the card on the bank's common payment page; pos.NonSecure has no 3-D Secure.
	Model pos.Model
	MOTO  bool
	// DefaultIP goes where the payer's address is not known: the bank demands one on every call.
	DefaultIP string
}

func (c Config) normalise() (Config, error) {
	if c.Endpoints.VPOS == "" {
		c.Endpoints = VakifbankGateway
		if c.Legacy {
			c.Endpoints = VakifbankLegacy
		}
	}
	if c.Model == "" {
		c.Model = pos.Secure
	}
	if c.DefaultIP == "" {
		c.DefaultIP = "127.0.0.1"
	}
	if c.MPIPassword == "" {
		c.MPIPassword = c.Password
	}
	switch {
	case c.MerchantID == "":
		return c, pos.Invalid("MerchantID", "is missing")
	case c.Password == "":
		return c, pos.Invalid("Password", "is missing")
	case c.TerminalNo == "":
		return c, pos.Invalid("TerminalNo", "is missing")
	case c.Model != pos.Secure && c.Model != pos.SecureHosted && c.Model != pos.NonSecure:
		return c, pos.Invalid("Model", "is none of this protocol")
	case c.MerchantType != "" && c.MerchantType != "1" && c.MerchantType != "2":
		return c, pos.Invalid("MerchantType", "is 1, 2 or empty")
	case c.Model == pos.SecureHosted && c.Endpoints.CommonCreate == "":
		return c, pos.Invalid("Model", "needs a common payment page, which this bank has not")
	}
	e := c.Endpoints
	for name, s := range map[string]string{"Endpoints.VPOS": e.VPOS, "Endpoints.Search": e.Search, "Endpoints.SettlementDetail": e.SettlementDetail, "Endpoints.MPI": e.MPI,
		"Endpoints.CommonCreate": e.CommonCreate, "Endpoints.CommonQuery": e.CommonQuery} {
		if s == "" && (name == "Endpoints.SettlementDetail" || name == "Endpoints.CommonCreate" || name == "Endpoints.CommonQuery" || name == "Endpoints.MPI" && c.Model != pos.Secure) {
			continue
		}
		if err := pos.CheckAddress(name, s); err != nil {
			return c, err
		}
	}
	return c, nil
}

// String describes the account without its passwords.
func (c Config) String() string {
	return fmt.Sprintf("payflex account %s, terminal %s at %s, model %s", c.MerchantID, c.TerminalNo, c.Endpoints.VPOS, c.Model)
}

// GoString keeps the passwords out of %#v too.
func (c Config) GoString() string { return c.String() }

// LogValue describes the account without its passwords.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON writes the description: an account encoded by mistake gives nothing away.
func (c Config) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.String()), nil }
