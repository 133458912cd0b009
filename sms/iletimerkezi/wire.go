package iletimerkezi

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/onay/onay/sms/internal/house"
)

const (
	layoutSend = "02/01/2006 15:04"
	layoutDay  = "2006-01-02"
	layoutRow  = "2006-01-02 15:04:05"
)

type authentication struct {
	Key  string `json:"key"`
	Hash string `json:"hash"`
}

// requestBody is what stands in "request"; Order is an order to send, or one
// to ask for.
type requestBody struct {
	Authentication authentication `json:"authentication"`
	Order          any            `json:"order,omitempty"`
	Filter         any            `json:"filter,omitempty"`
}

type order struct {
	Sender       string   `json:"sender"`
	SendDateTime []string `json:"sendDateTime"`
	IYS          string   `json:"iys"`
	IYSList      string   `json:"iysList,omitempty"`
	Message      any      `json:"message"` // one message or a list
}

type message struct {
	Text       string `json:"text"`
	Receipents struct {
		Number []string `json:"number"`
	} `json:"receipents"` // their spelling
}

type orderQuery struct {
	ID       string `json:"id"`
	Page     int    `json:"page,omitempty"` // from 1
	RowCount int    `json:"rowCount,omitempty"`
}

type periodQuery struct {
	Start string `json:"start"`
	End   string `json:"end"`
	Page  int    `json:"page"`
}

// response is what stands in "response".
type response struct {
	code, words string
	orderID     string
	orderStatus string
	rows        []reportRow
	amount, sms string
	senders     []string
	orders      []summaryRow
	count       string
}

type reportRow struct{ Number, Status house.Flex }

type summaryRow struct {
	ID, Status, Total, Delivered, Undelivered, Waiting house.Flex
	SubmitAt, SendAt, Sender                           house.Flex
}

// parseResponse reports false for what has no status code.
func parseResponse(body []byte) (response, bool) {
	var j struct {
		Response struct {
			Status struct{ Code, Message house.Flex }
			Order  struct {
				ID, Status house.Flex
				Message    list[reportRow]
			}
			Balance struct{ Amount, SMS house.Flex }
			Senders struct{ Sender list[house.Flex] }
			Orders  list[summaryRow]
			Count   house.Flex
		}
	}
	if json.Unmarshal(body, &j) != nil || j.Response.Status.Code == "" {
		return response{}, false
	}
	r := j.Response
	out := response{
		code: string(r.Status.Code), words: string(r.Status.Message),
		orderID: string(r.Order.ID), orderStatus: string(r.Order.Status), rows: r.Order.Message,
		amount: string(r.Balance.Amount), sms: string(r.Balance.SMS), orders: r.Orders, count: string(r.Count),
	}
	for _, s := range r.Senders.Sender {
		out.senders = append(out.senders, string(s))
	}
	return out, true
}

// list is a JSON list, or one value in its place, as converters from XML make
// it; anything else is empty.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	if s := string(b); s == "null" || s == `""` || s == "{}" {
		return nil
	}
	var one T
	if json.Unmarshal(b, &one) == nil {
		*l = append(*l, one)
	}
	return nil
}

// phone writes a number of a report as E.164 wants it.
func phone(f house.Flex) string { return strings.TrimSpace(string(f)) }
