package console

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/onay/onay/internal/clock"
	"github.com/onay/onay/internal/console/text"
)

// money is an amount in kuruş in a cell of an export.
type money int64

// with2 is an address with a query and one more value.
func with2(path string, q url.Values, name, value string) string {
	q.Set(name, value)
	q.Del("before")
	return path + "?" + q.Encode()
}

// writeCSV writes rows as spreadsheet programs here read them. A row's cells are texts, whole numbers, money and times.
func writeCSV(s *screen, name string, head []string, rows func(row func(...any) error) error) error {
	h := s.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	s.w.Write([]byte("\ufeff"))
	out := csv.NewWriter(s.w)
	out.Comma = ';'
	out.Write(head)
	err := rows(func(values ...any) error {
		line := make([]string, len(values))
		for i, v := range values {
			switch v := v.(type) {
			case money:
				line[i] = text.Amount(int64(v))
			case time.Time:
				line[i] = text.TimeExact(v)
			case string:
				line[i] = plainCell(v)
			default:
				line[i] = fmt.Sprint(v)
			}
		}
		return out.Write(line)
	})
	if err != nil {
		s.c.Logger.ErrorContext(s.ctx, "export broke off", "error", err)
		panic(http.ErrAbortHandler) // a cut file must not look whole
	}
	out.Flush()
	return nil
}

// plainCell keeps spreadsheet programs from taking a text for a formula.
func plainCell(v string) string {
	if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
		return "'" + v
	}
	return v
}

// writeXLSX writes rows as a spreadsheet with real dates and numbers.
func writeXLSX(s *screen, name string, head []string, rows func(row func(...any) error) error) error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Sheet1"
	amounts, err := f.NewStyle(&excelize.Style{NumFmt: 4})
	if err != nil {
		return err
	}
	format := "dd.mm.yyyy hh:mm:ss"
	times, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, len(head), 18); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	line := 1
	write := func(cells []any) error {
		at, err := excelize.CoordinatesToCellName(1, line)
		if err != nil {
			return err
		}
		line++
		return out.SetRow(at, cells)
	}
	titles := make([]any, len(head))
	for i, h := range head {
		titles[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := write(titles); err != nil {
		return err
	}
	err = rows(func(values ...any) error {
		cells := make([]any, len(values))
		for i, v := range values {
			switch v := v.(type) {
			case money:
				cells[i] = excelize.Cell{StyleID: amounts, Value: float64(v) / 100} // spreadsheets know no other number; it is shown with two decimals
			case time.Time:
				at := v.In(clock.Istanbul)
				cells[i] = excelize.Cell{StyleID: times, Value: time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)}
			default:
				cells[i] = v
			}
		}
		return write(cells)
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	h := s.w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.xlsx"`)
	_, err = f.WriteTo(s.w)
	return err
}
