package smpp_test

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/onay/onay/sandbox/outside"
	"github.com/onay/onay/sandbox/smsc"
	"github.com/onay/onay/sms"
	"github.com/onay/onay/sms/smpp"
)

func ExampleClient_Send() {
	// A simulated operator stands in for the real one.
	core := outside.NewCore(nil, outside.Limits{})
	defer core.Close()
	operator, err := smsc.New(core, smsc.Config{ReportDelay: 10 * time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer operator.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() { _ = operator.Serve(ln) }()

	receipts := make(chan smpp.Receipt, 1)
	client, err := smpp.New(smpp.Config{
		Addr: ln.Addr().String(), SystemID: "onay", Password: "sandbox1", Header: "ORNEKFIRMA",
		OnReport: func(r smpp.Receipt) error {
			receipts <- r // store it here; an error makes the operator send it again
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	accepted, err := client.Send(context.Background(), sms.Message{
		ID: "msg_1", Route: sms.RouteOTP, To: "+905550000001", Body: "Doğrulama kodunuz 123456",
	})
	switch {
	case sms.IsAmbiguous(err):
		fmt.Println("it may have been sent: wait for a receipt")
	case err != nil:
		fmt.Println("not sent:", err)
	default:
		r := <-receipts
		fmt.Println(accepted.Code, r.MessageID, r.Status, r.ProviderID == accepted.ProviderID)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = client.Shutdown(ctx)
	// Output: 00 msg_1 delivered true
}

func ExampleParseReceipt() {
	r, ok := smpp.ParseReceipt("id:7E0000A1 sub:001 dlvrd:001 submit date:2611221530 done date:2611221530 stat:DELIVRD err:000 text:Onay kodunuz")
	fmt.Println(ok, r.ID, r.State(), r.State().Final())
	// Output: true 7E0000A1 delivered true
}
