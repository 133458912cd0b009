// Package carrier is what stands behind every simulated SMS house: accounts
// with credit, messages that wait for their time, the networks that decide
// their fate, the phones they ring on, pushes to the customer's server. A room
// (postaguvercini, verimor, …) adds its wire and its rules.
//
// Phone numbers with these last two digits fail on purpose, in the report and
// on the phone: 02 timed out, 03 wrong number, 11 refused by the operator, 13
// duplicate and 15 on the blacklist (neither for codes), 16 refused by İYS (only
// when the message is commercial).
package carrier
