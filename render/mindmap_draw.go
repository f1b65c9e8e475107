package render

import (
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync"
)

//go:embed map.html.tmpl
var mapText string

// mapTemplate is parsed once, at the first mind map. Its errors can only come from
// the embedded file, which the tests parse.
var mapTemplate = sync.OnceValues(func() (*template.Template, error) { return template.New("map").Parse(mapText) })

// mapView is the data of the mind map's template.
type mapView struct {
	*Tip
	Map      *mindmap
	Branches []branchView
}

// drawMindmap is the tip's mind map as a table, which every mail program shows.
func drawMindmap(v *Tip) (template.HTML, error) {
	t, err := mapTemplate()
	if err != nil {
		return "", fmt.Errorf("parse the template: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, mapView{v, v.at, v.at.views()}); err != nil {
		return "", fmt.Errorf("fill in the template: %w", err)
	}
	return template.HTML(b.String()), nil
}

// Edge is the style of a branch with its coloured edge.
func (v mapView) Edge(number int) template.CSS {
	return template.CSS(v.sheet.replace.Replace(v.sheet.styles["branch"] +
		";border-{start}:4px solid " + v.Light.Branches[number-1]))
}

// Leaf is the style of a line beside its branch.
func (v mapView) Leaf(l leafView) template.CSS {
	style := v.sheet.inline("leaf")
	if l.Last {
		style = v.sheet.inline("last p")
	}
	if l.Level > 0 {
		style += v.sheet.replace.Replace(";color:" + v.Light.Mute + ";padding-{start}:" + strconv.Itoa(16*l.Level) + "px")
	}
	return template.CSS(style)
}

// branchView is a branch as the template draws it.
type branchView struct {
	Text   template.HTML
	Number int // 1–4, the colour
	Leaves []leafView
}

// leafView is a line beside its branch; Level 0 is a leaf, more is deeper.
type leafView struct {
	Text  template.HTML
	Level int
	Last  bool
}

// views flattens the tree below each branch to lines.
func (m mindmap) views() []branchView {
	views := make([]branchView, 0, len(m.Ideas))
	for i, branch := range m.Ideas {
		v := branchView{Text: branch.HTML(), Number: i%4 + 1}
		var add func(ideas []idea, level int)
		add = func(ideas []idea, level int) {
			for _, leaf := range ideas {
				v.Leaves = append(v.Leaves, leafView{Text: leaf.HTML(), Level: level})
				add(leaf.Children, level+1)
			}
		}
		add(branch.Children, 0)
		if len(v.Leaves) > 0 {
			v.Leaves[len(v.Leaves)-1].Last = true
		}
		views = append(views, v)
	}
	return views
}
