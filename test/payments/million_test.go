package payments

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onay/onay/internal/audit"
	"github.com/onay/onay/internal/db"
	"github.com/onay/onay/internal/reconciliation"
)

// BenchmarkDayOfAMillion compares a day of 1 000 000 payments of the database with a statement of as many lines and keeps pairs and differences:
// from the file to the first page of differences.
func BenchmarkDayOfAMillion(b *testing.B) {
	const n = 1_000_000
	h := open(b)
	h.at("isbank", nil)
	p := h.paid(10000)
	var columns []string
	err := h.db.Write(h.ctx, func(tx db.Tx) error {
		rows, err := db.All(tx, func(r db.Row) (s string, err error) { return s, r.Scan(&s) }, "SELECT name FROM pragma_table_info('payment')")
		if err != nil {
			return err
		}
		columns = rows
		var values []string
		for _, c := range columns {
			switch c {
			case "id":
				c = "substr(id, 1, 28) || printf('%012x', i)"
			case "bank_order_id":
				c = "printf('S%012d', i)"
			case "rrn":
				c = "printf('62%010d', i)"
			case "captured_key", "once_key", "paid_key":
				c = "NULL"
			}
			values = append(values, c)
		}
		_, err = tx.Exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) INSERT INTO payment ("+strings.Join(columns, ", ")+") SELECT "+strings.Join(values, ", ")+" FROM n, payment WHERE id = $2", n, p.ID)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	day := h.today().UTC().Format("02.01.2006")
	name := filepath.Join(b.TempDir(), "gun.csv")
	disk, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer disk.Close()
	file := bufio.NewWriter(disk)
	file.WriteString("İşlem Tarihi;Tutar;Sipariş No;RRN;Kart No\n")
	for i := 1; i <= n; i++ {
		amount := "100,00"
		switch i % 400 {
		case 1:
			continue
		case 2:
			amount = "100,01"
		case 3:
			fmt.Fprintf(file, "%s;%s;YOK%d;;\n", day, amount, i)
		case 4:
			fmt.Fprintf(file, "%s;%s;S%012d;62%010d;************0005\n", day, amount, i, i)
		}
		fmt.Fprintf(file, "%s;%s;S%012d;62%010d;************0005\n", day, amount, i, i)
	}
	b.ReportAllocs()
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak counts from here
	base := status("VmRSS:")
	ctx := audit.WithActor(h.ctx, "usr_a")
	for b.Loop() {
		began := time.Now()
		if _, err := disk.Seek(0, io.SeekEnd); err != nil {
			b.Fatal(err)
		}
		file.WriteString("\n") // not the same file again
		if err := file.Flush(); err != nil {
			b.Fatal(err)
		}
		x, err := h.dayEnd().Run(ctx, reconciliation.NewRun{CompanyID: "com_a", AccountID: h.account.ID, Statement: &reconciliation.Upload{Name: "gun.csv", File: disk}})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := h.dayEnd().Findings(ctx, "com_a", x.ID, reconciliation.FindingFilter{}); err != nil {
			b.Fatal(err)
		}
		if x.Differences != 4*n/400+1 { // and the payment that the others were made of
			b.Fatalf("%d differences of %d: %+v", x.Differences, 4*n/400+1, x.Summary.Kinds)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/day")
	}
	b.ReportMetric(status("VmHWM:"), "MB-peak")
	b.ReportMetric(base, "MB-before")
}

// status is a figure of the process' memory in MB, 0 where the system does not tell.
func status(what string) float64 {
	all, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(all), what)
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1024
}
