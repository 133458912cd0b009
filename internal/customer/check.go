package customer

// Check returns the first field at fault of a card that is not made yet, so that a form can be corrected before the question
// whether a code is sent is asked. What only the database knows, such as a code in use, shows when the card is made.
func (in Input) Check() error {
	c := Customer{Code: in.Code, Kind: in.Kind, Name: in.Name, Surname: in.Surname, Phone: in.Phone, Email: in.Email, TaxNumber: in.TaxNumber,
		TaxOffice: in.TaxOffice, EntryPoint: in.EntryPoint, Addresses: in.Addresses}
	return c.normalize()
}
