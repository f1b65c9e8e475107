package letter

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"text/template/parse"
)

// operand is a value that a function is given.
type operand struct {
	node parse.Node
	is   reflect.Type // nil after a fault
}

func (o operand) String() string {
	if o.node.Type() == parse.NodePipe {
		return "(" + o.node.String() + ")"
	}
	return o.node.String()
}

// nothing is the type of nil, and of the dot in a template that is called
// without a value.
type nothing struct{}

// The types of what stands in a template itself. What is of eitherType is one
// thing or another as the data has it, such as {{or .Tips .Online}}: it can be
// tested, and that is all.
var (
	eitherType   = reflect.TypeFor[any]()
	noneType     = reflect.TypeFor[nothing]()
	textType     = reflect.TypeFor[string]()
	numberType   = reflect.TypeFor[int]()
	fractionType = reflect.TypeFor[float64]()
	truthType    = reflect.TypeFor[bool]()
)

// arity is how many values a function takes; most is 0 when a template can't
// call it.
func arity(name string) (least, most int) {
	switch name {
	case "not", "len", markup:
		return 1, 1
	case "index", "ne", "lt", "le", "gt", "ge":
		return 2, 2
	case "eq":
		return 2, math.MaxInt
	case "and", "or", "slice", "print", "println", "printf", "html", "js", "urlquery":
		return 1, math.MaxInt
	}
	return 0, 0
}

// function is the type of what a function gives. A call that fails with some
// data is a fault, however rare the data are.
func (c *fieldChecker) function(n parse.Node, name string, args []operand) reflect.Type {
	least, most := arity(name)
	switch {
	case most == 0:
		c.fault(n, "there is no function %q", name)
		return nil
	case name == markup && (len(args) != 1 || args[0].node.Type() != parse.NodeString):
		c.fault(n, "there is no function %q", markup)
		return textType
	case len(args) < least || len(args) > most:
		c.fault(n, "{{%s}} needs %s", name, count(least, most))
		return nil
	}
	switch name {
	case "and", "or":
		return common(args)
	case "not":
		return truthType
	case "len":
		c.length(n, args[0])
		return numberType
	case "index":
		return c.index(n, args[0], args[1])
	case "slice":
		c.fault(n, "{{slice}} fails when %s is shorter, and cuts letters in two; show the whole", args[0])
		return nil
	case "eq", "ne", "lt", "le", "gt", "ge":
		c.compare(n, name, args)
		return truthType
	case "printf":
		c.format(n, args)
		return textType
	}
	for _, arg := range args {
		c.printable(n, arg)
	}
	return textType
}

func count(least, most int) string {
	values := fmt.Sprintf("%d values", least)
	if least == 1 {
		values = "1 value"
	}
	if most > least {
		values += " or more"
	}
	return values
}

// common is the type of a value that is one of several.
func common(of []operand) reflect.Type {
	is := of[0].is
	for _, o := range of {
		switch {
		case o.is == nil || is == nil:
			return nil
		case o.is == is:
		case alike(o.is, is):
			is = textType
		default:
			is = eitherType
		}
	}
	return is
}

// alike says whether what a template may do with a value of one type it may do
// with one of the other: HTML is a text.
func alike(a, b reflect.Type) bool {
	return a == b || a.Kind() == reflect.String && b.Kind() == reflect.String
}

// basic says whether a value can be written down and compared.
func basic(t reflect.Type) bool {
	return slices.Contains([]reflect.Kind{reflect.String, reflect.Int, reflect.Float64, reflect.Bool}, t.Kind())
}

func (c *fieldChecker) printable(n parse.Node, o operand) {
	if o.is != nil && !basic(o.is) {
		c.fault(n, "%s is no text but %s; name what of it to show", o, kindName(o.is))
	}
}

func (c *fieldChecker) length(n parse.Node, of operand) {
	if of.is != nil && of.is.Kind() != reflect.String && !isList(of.is) {
		c.fault(n, "{{len}} needs a text or a list; %s is %s", of, kindName(of.is))
	}
}

// index takes lists of a fixed length only. A weekly mail has several tips, any
// other one: more may not be there.
func (c *fieldChecker) index(n parse.Node, of, at operand) reflect.Type {
	switch {
	case of.is == nil:
		return nil
	case of.is.Kind() == reflect.Array:
		literal, ok := at.node.(*parse.NumberNode)
		if last := of.is.Len() - 1; !ok || !literal.IsInt || at.is != numberType || literal.Int64 < 0 || literal.Int64 > int64(last) {
			c.fault(n, "{{index}} needs a number from 0 to %d; %s isn't one", last, at)
		}
		return of.is.Elem()
	case of.is.Kind() == reflect.Slice:
		c.fault(n, "{{index}} fails when the list is shorter; use {{range}}")
		return of.is.Elem()
	case of.is.Kind() == reflect.String:
		c.fault(n, "{{index}} fails when the text is shorter, and gives a byte; show the whole")
		return nil
	}
	c.fault(n, "{{index}} needs a list; %s is %s", of, kindName(of.is))
	return nil
}

func (c *fieldChecker) compare(n parse.Node, name string, args []operand) {
	first := args[0]
	for _, arg := range args[1:] {
		if first.is == nil || arg.is == nil {
			continue
		}
		ordered := name == "eq" || name == "ne" || first.is != truthType
		if !basic(first.is) || !alike(first.is, arg.is) || !ordered {
			c.fault(n, "{{%s}} can't compare %s with %s; it needs two texts or two whole numbers", name, first, arg)
			return
		}
	}
}

// misprint is what fmt writes in place of a value that a format has no use for.
var misprint = regexp.MustCompile(`%!.?\(\w*`)

// padding is a width that makes a mail too large, or that a value sets.
var padding = regexp.MustCompile(`%[^a-zA-Z%]*(?:\*|[0-9]{3})`)

// format tries a format with a value of each type: what is wrong with it doesn't
// depend on the values.
func (c *fieldChecker) format(n parse.Node, args []operand) {
	literal, ok := args[0].node.(*parse.StringNode)
	if !ok {
		c.fault(n, "{{printf}} needs a format in quotes; %s is none", args[0])
		return
	}
	if padding.MatchString(literal.Text) {
		c.fault(n, "{{printf}} can't pad to a hundred letters or more, or to a width that isn't in the format")
		return
	}
	var values []any
	for _, arg := range args[1:] {
		if arg.is == nil {
			return
		}
		if !basic(arg.is) {
			c.printable(n, arg)
			return
		}
		values = append(values, reflect.Zero(arg.is).Interface())
	}
	if wrong := misprint.FindString(fmt.Sprintf(literal.Text, values...)); wrong != "" {
		c.fault(n, "{{printf}} would write %s…); its format doesn't fit its values", wrong)
	}
}

// number is the type of a number as it's written.
func (c *fieldChecker) number(n *parse.NumberNode) reflect.Type {
	switch plain := n.IsInt && int64(int(n.Int64)) == n.Int64; {
	case n.IsComplex:
		c.fault(n, "%s is no number that a template has a use for", n)
		return nil
	case n.IsFloat && isFraction(n.Text):
		return fractionType
	case plain:
		return numberType
	}
	c.fault(n, "%s is too long for a number", n)
	return nil
}

var fractionText = regexp.MustCompile(`^[^'xX]*[.eE]|[pP]`)

// isFraction goes by the digits, as text/template does: 1.0 isn't whole.
func isFraction(digits string) bool { return digits[0] != '\'' && fractionText.MatchString(digits) }

func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice || t.Kind() == reflect.Array }

// kindName says what a value is.
func kindName(t reflect.Type) string {
	switch {
	case t == noneType:
		return "nothing"
	case t == eitherType:
		return "one thing or another"
	case t == truthType:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	case isList(t):
		return "a list"
	case t.Kind() == reflect.Struct:
		return "a group of fields"
	}
	return "a number"
}
