package iys

import "time"

// consentWire leaves out what has no value: İYS refuses null and empty fields.
type consentWire struct {
	Recipient      string        `json:"recipient"`
	Type           Type          `json:"type"`
	Source         Source        `json:"source,omitempty"`
	Status         Status        `json:"status"`
	ConsentDate    string        `json:"consentDate,omitempty"`
	RecipientType  RecipientType `json:"recipientType"`
	RetailerCode   int64         `json:"retailerCode,omitempty"`
	RetailerAccess []int64       `json:"retailerAccess,omitempty"`
}

func (c Consent) wire() consentWire {
	return consentWire{
		c.Recipient, c.Type, c.Source, c.Status, FormatTime(c.ConsentDate), c.Key(0).RecipientType,
		c.RetailerCode, c.RetailerAccess,
	}
}

type queryWire struct {
	Recipient     string        `json:"recipient"`
	RecipientType RecipientType `json:"recipientType"`
	Type          Type          `json:"type"`
}

// Movement is one change of a record, as a pull, a push, a history and a status
// query give it. Dates are in Istanbul time and zero where İYS gave none.
type Movement struct {
	IYSCode, Brand int64 // 0 where the answer does not name them
	Recipient      string
	RecipientType  RecipientType
	Type           Type
	Status         Status
	Source         Source
	ConsentDate    time.Time // zero for a TACIR without a date
	CreatedAt      time.Time // registration at İYS; movements are ordered by it
	TransactionID  string    // not unique alone: see Mark
	CitizenName    string    // only with SourceIYSWebNew
	RetailerCode   int64
	RetailerTitle  string
	RetailerCount  int
}

// Key gives the record that the movement changed.
func (m Movement) Key() Key {
	rt := m.RecipientType
	if rt == "" {
		rt = Bireysel
	}
	return Key{m.Brand, m.Recipient, m.Type, rt}
}

// Mark tells movements apart: the transaction id with the status, as two
// movements of one address within a second share the id. Empty without an id.
func (m Movement) Mark() string {
	if m.TransactionID == "" {
		return ""
	}
	return m.TransactionID + "/" + string(m.Status)
}

type movementWire struct {
	IYSCode       number        `json:"iysCode"`
	Brand         number        `json:"brandCode"`
	Recipient     string        `json:"recipient"`
	RecipientType RecipientType `json:"recipientType"`
	Type          Type          `json:"type"`
	Status        Status        `json:"status"`
	Source        Source        `json:"source"`
	ConsentDate   moment        `json:"consentDate"`
	CreationDate  moment        `json:"creationDate"`
	TransactionID string        `json:"transactionId"`
	CitizenName   string        `json:"citizenName"`
	RetailerCode  number        `json:"retailerCode"`
	RetailerTitle string        `json:"retailerTitle"`
	RetailerCount number        `json:"retailerAccessCount"`
}

func (w movementWire) movement(brand int64) Movement {
	m := Movement{
		IYSCode: int64(w.IYSCode), Brand: int64(w.Brand), Recipient: w.Recipient, RecipientType: w.RecipientType,
		Type: w.Type, Status: w.Status, Source: w.Source, ConsentDate: w.ConsentDate.Time, CreatedAt: w.CreationDate.Time,
		TransactionID: w.TransactionID, CitizenName: w.CitizenName,
		RetailerCode: int64(w.RetailerCode), RetailerTitle: w.RetailerTitle, RetailerCount: int(w.RetailerCount),
	}
	if m.Brand == 0 {
		m.Brand = brand
	}
	if m.Type == Eposta {
		m.Recipient = lowerASCII(m.Recipient)
	}
	return m
}

func movements(list []movementWire, brand int64) []Movement {
	out := make([]Movement, len(list))
	for i, w := range list {
		out[i] = w.movement(brand)
	}
	return out
}
