package admin

import (
	"fmt"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-analyze/charts"
)

// chart is bars, one for each value: side by side, or one below the other. It has one
// colour and a scale of its own, so that nothing in it has to be told apart by colour.
// The table beside it has the same numbers.
type chart struct {
	names  []string
	values []float64
	down   bool                   // one below the other, each with its name and its value
	format func(v float64) string // a value in words
}

// chartLook is how a chart is drawn: text isn't made smaller where there's little room.
type chartLook struct{ narrow, dark bool }

// chartView is the data of the template "chart": a picture for each look, of which the
// browser takes one.
type chartView struct {
	Alt          string
	Light, Dark  string // the addresses of the pictures
	NarrowLight  string
	NarrowDark   string
	Width, Small int // of the pictures, in CSS pixels
	Height       int
}

// What a chart measures, in CSS pixels. In the smallest window a card has room for the
// narrow one.
const (
	wideChart, narrowChart = 560, 304
	columnsHeight          = 170
	rowHeight              = 30

	// fine is how many of its own units a picture has for a pixel: the library draws in
	// whole ones, and a bar of a year's weeks would have none on a phone.
	fine = 2

	// widestBar is what a bar measures where there is room for more: one that stands alone
	// is a bar all the same.
	widestBar = 40
)

// size is what a chart measures.
func (c chart) size(l chartLook) (width, height int) {
	width, height = wideChart, columnsHeight
	if l.narrow {
		width = narrowChart
	}
	if c.down {
		height = rowHeight*len(c.values) + 16
	}
	return width, height
}

// viewOf shows a chart that is at a path.
func (a *Admin) viewOf(c chart, alt template.HTML, path string) chartView {
	address := func(l chartLook) string { return a.Path(path, l.query()) }
	width, height := c.size(chartLook{})
	return chartView{
		Alt: string(alt), Width: width, Small: narrowChart, Height: height,
		Light: address(chartLook{}), Dark: address(chartLook{dark: true}),
		NarrowLight: address(chartLook{narrow: true}), NarrowDark: address(chartLook{narrow: true, dark: true}),
	}
}

func (l chartLook) query() url.Values {
	query := url.Values{}
	if l.narrow {
		query.Set("narrow", "1")
	}
	if l.dark {
		query.Set("dark", "1")
	}
	return query
}

// sendChart answers with a picture. Opened by itself, it can do nothing.
func (a *Admin) sendChart(w http.ResponseWriter, r *http.Request, v *visit, c chart, err error) {
	var picture []byte
	if err == nil {
		query := r.URL.Query()
		picture, err = c.draw(chartLook{narrow: query.Has("narrow"), dark: query.Has("dark")})
	}
	if err != nil {
		a.refused(w, r, v, err)
		return
	}
	h := w.Header()
	h.Set(policyHeader, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Length", strconv.Itoa(len(picture)))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(picture)
}

// draw makes an SVG of a chart.
func (c chart) draw(l chartLook) ([]byte, error) {
	width, height := c.size(l)
	painter := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputSVG, Width: width * fine, Height: height * fine})
	values, names := slices.Clone(c.values), slices.Clone(c.names)
	if len(values) == 1 && !c.down { // the library writes a name that is alone at the axis' end, and not below its bar
		values, names = []float64{charts.GetNullValue(), values[0], charts.GetNullValue()}, []string{"", names[0], ""}
	}
	if c.down { // the first one is drawn lowest
		slices.Reverse(values)
		slices.Reverse(names)
	} else if l.narrow {
		names = thinned(names, 3)
	} else {
		names = thinned(names, 6)
	}
	options := charts.NewBarChartOptionWithData([][]float64{values})
	options.Theme, options.Horizontal = chartTheme(l.dark), c.down
	options.Legend.Show = new(false)
	options.CategoryAxis.Labels = names
	options.CategoryAxis.LabelFontStyle.FontSize = chartFont * fine
	axis := &options.ValueAxis[0]
	axis.LabelFontStyle.FontSize = chartFont * fine
	axis.Min, axis.ValueFormatter = new(0.0), c.format
	if c.down {
		options.Padding = charts.NewBox(2*fine, 0, 2*fine, 0)
		axis.Show = new(false)
		axis.Max = new(max(slices.Max(values)*1.3, 1e-9)) // so that the longest has room for its value
		options.SeriesList[0].Label = charts.SeriesLabel{Show: new(true), ValueFormatter: c.format, FontStyle: charts.FontStyle{FontSize: chartFont * fine}}
	} else {
		options.Padding = charts.NewBox(2*fine, 9*fine, 6*fine, 5*fine) // the letters that go below the line end beneath it
		options.CategoryAxis.LabelCount = len(names)
		options.BarSize = min(float64(widestBar*len(values))/float64(width), 1)
		axis.Max, axis.LabelCount = new(niceMax(slices.Max(c.values))), 3
	}
	if err := painter.BarChart(options); err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	picture, err := painter.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write a chart: %w", err)
	}
	return picture, nil
}

// chartFont is the size of text in points: 14 CSS pixels, as small text has on the pages.
const chartFont = 10.5

// chartTheme are the colours of the pages (web/assets/tokens.css).
func chartTheme(dark bool) charts.ColorPalette {
	line, mute, bar := "#E5E0D6", "#5A636D", "#0B6E5F"
	if dark {
		line, mute, bar = "#33393F", "#A7AFB8", "#6CC9B6"
	}
	return charts.MakeTheme(charts.ThemeOption{
		IsDarkMode: dark, BackgroundColor: charts.ColorTransparent,
		AxisStrokeColor: charts.ColorFromHex(line), AxisSplitLineColor: charts.ColorFromHex(line),
		TextColor: charts.ColorFromHex(mute), SeriesColors: []charts.Color{charts.ColorFromHex(bar)},
	})
}

// thinned leaves so many names as there is room for, evenly.
func thinned(names []string, room int) []string {
	step := (len(names) + room - 1) / room
	for i := range names {
		if i%step != 0 || i > len(names)-1-step/2 && i > 0 {
			names[i] = ""
		}
	}
	return names
}

// niceMax is where a scale ends that holds a value and has a round middle.
func niceMax(v float64) float64 {
	if v <= 2 {
		return 2
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 4, 6, 8} {
		if n*unit >= v {
			return n * unit
		}
	}
	return 10 * unit
}

// short is a number as a scale has it: 1 M.
func short(v float64) string {
	for _, unit := range []struct {
		from, of float64
		name     string
	}{{1e6, 1e6, "M"}, {1e4, 1e3, "k"}} {
		if v >= unit.from {
			return strings.TrimSuffix(strconv.FormatFloat(v/unit.of, 'f', 1, 64), ".0") + "\u00a0" + unit.name
		}
	}
	return grouped(int64(v))
}

// percent is a share of 1 as a person writes it.
func percent(v float64) string {
	switch {
	case v == 0:
		return "0%"
	case v < .0005:
		return "<0.1%"
	}
	return strings.TrimSuffix(strconv.FormatFloat(v*100, 'f', 1, 64), ".0") + "%"
}
