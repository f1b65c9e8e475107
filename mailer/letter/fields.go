package letter

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// checkFields follows the types through a template, as its execution would, but
// on every branch: what fails must come up when the template is loaded, not on
// the one morning when its branch is taken. So every value has a type, and a
// template that passes can't fail, whatever the data. It also says whether the
// reader's name is used.
func checkFields(t *Template, text string) (faults []Fault, personal bool) {
	c := &fieldChecker{text: keepConditionals(text), template: t, costs: map[string]int{}}
	c.run(t.name, reflect.TypeFor[page]())
	return c.faults, c.personal
}

type fieldChecker struct {
	text     string // with the positions of the nodes
	template *Template
	costs    map[string]int // by template and the type it was called with
	faults   []Fault
	personal bool
}

// variables are a scope's, by name with "$".
type variables map[string]reflect.Type

func (c *fieldChecker) fault(n parse.Node, format string, args ...any) {
	at := min(int(n.Position()), len(c.text))
	c.faults = append(c.faults, Fault{1 + strings.Count(c.text[:at], "\n"), fmt.Sprintf(format, args...)})
}

// maxCost bounds what filling in a template can take: the actions that are run,
// where a list counts as ten.
const maxCost = 100_000

// run checks one of the set's templates for a dot of type dot (nil after a fault)
// and returns its cost.
func (c *fieldChecker) run(name string, dot reflect.Type) int {
	t := c.template.whole.Lookup(name)
	if t == nil || t.Tree == nil {
		return 0
	}
	key := fmt.Sprint(name, "\x00", dot)
	if cost, ok := c.costs[key]; ok {
		if cost < 0 {
			c.fault(t.Tree.Root, "the template %q calls itself", name)
		}
		return max(cost, 0)
	}
	c.costs[key] = -1 // under way
	c.costs[key] = c.list(t.Tree.Root, dot, variables{"$": dot})
	return c.costs[key]
}

func (c *fieldChecker) list(l *parse.ListNode, dot reflect.Type, vars variables) (cost int) {
	if l == nil {
		return 0
	}
	for _, n := range l.Nodes {
		before := cost
		cost++
		switch n := n.(type) {
		case *parse.ActionNode:
			if is := c.pipe(n.Pipe, dot, vars); len(n.Pipe.Decl) == 0 {
				c.printable(n, operand{n.Pipe.Cmds[len(n.Pipe.Cmds)-1], is})
			}
		case *parse.IfNode:
			cost += c.branch(&n.BranchNode, dot, vars)
		case *parse.WithNode:
			cost += c.branch(&n.BranchNode, dot, vars)
		case *parse.RangeNode:
			cost += 10 * c.branch(&n.BranchNode, dot, vars)
		case *parse.TemplateNode:
			if c.template.whole.Lookup(n.Name) == nil {
				c.fault(n, "there is no template %q; define it in this file", n.Name)
			}
			with := noneType
			if n.Pipe != nil {
				with = c.pipe(n.Pipe, dot, vars)
			}
			cost += c.run(n.Name, with)
		}
		if cost > maxCost && before <= maxCost {
			c.fault(n, "the template repeats itself too often")
		}
		cost = min(cost, maxCost+1)
	}
	return cost
}

func (c *fieldChecker) branch(n *parse.BranchNode, dot reflect.Type, vars variables) (cost int) {
	inner := maps.Clone(vars)
	inside := dot
	switch n.NodeType {
	case parse.NodeRange:
		inside = c.element(n, dot, inner)
	case parse.NodeWith:
		inside = c.pipe(n.Pipe, dot, inner)
	default:
		c.pipe(n.Pipe, dot, inner)
	}
	return c.list(n.List, inside, maps.Clone(inner)) + c.list(n.ElseList, dot, inner)
}

// element is the type of what a {{range}} goes through.
func (c *fieldChecker) element(n *parse.BranchNode, dot reflect.Type, vars variables) (is reflect.Type) {
	switch got := c.value(n.Pipe, dot, vars); {
	case got == nil:
	case isList(got):
		is = got.Elem()
	default:
		c.fault(n.Pipe, "{{range}} needs a list, such as .Tips or .Links; %s is none", n.Pipe)
	}
	for i, v := range n.Pipe.Decl {
		if len(n.Pipe.Decl) == 2 && i == 0 {
			c.declare(n.Pipe, v, numberType, vars)
			continue
		}
		c.declare(n.Pipe, v, is, vars)
	}
	return is
}

// pipe is the type of a pipeline's value, which its variable takes.
func (c *fieldChecker) pipe(p *parse.PipeNode, dot reflect.Type, vars variables) reflect.Type {
	is := c.value(p, dot, vars)
	for _, v := range p.Decl {
		c.declare(p, v, is, vars)
	}
	return is
}

// declare gives a variable its type, which it keeps: which of its assignments
// came last depends on the branches that were taken.
func (c *fieldChecker) declare(p *parse.PipeNode, v *parse.VariableNode, is reflect.Type, vars variables) {
	name := v.Ident[0]
	if !p.IsAssign {
		vars[name] = is
		return
	}
	if began := vars[name]; began != nil && is != nil && !alike(began, is) {
		c.fault(p, "%s can't become %s of another kind than it began with; declare another variable with :=", name, kindName(is))
	}
}

// value is the type of a pipeline's value.
func (c *fieldChecker) value(p *parse.PipeNode, dot reflect.Type, vars variables) reflect.Type {
	var piped []operand
	for _, cmd := range p.Cmds {
		piped = []operand{{cmd, c.command(cmd, piped, dot, vars)}}
	}
	return piped[0].is
}

// command is the type of one stage's value; piped is the one before, if any.
func (c *fieldChecker) command(cmd *parse.CommandNode, piped []operand, dot reflect.Type, vars variables) reflect.Type {
	first := cmd.Args[0]
	if name, ok := first.(*parse.IdentifierNode); ok {
		var args []operand
		for _, arg := range cmd.Args[1:] {
			args = append(args, operand{arg, c.argument(arg, dot, vars)})
		}
		return c.function(cmd, name.Ident, append(args, piped...))
	}
	switch {
	case len(cmd.Args) > 1 || len(piped) > 0:
		c.fault(cmd, "%s takes no values; only functions do", first)
	case first.Type() == parse.NodeNil:
		c.fault(cmd, "nil is no value")
		return nil
	}
	return c.argument(first, dot, vars)
}

// argument is the type of an operand.
func (c *fieldChecker) argument(n parse.Node, dot reflect.Type, vars variables) reflect.Type {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return c.fields(n, dot, n.Ident)
	case *parse.VariableNode:
		return c.fields(n, vars[n.Ident[0]], n.Ident[1:])
	case *parse.ChainNode:
		return c.fields(n, c.argument(n.Node, dot, vars), n.Field)
	case *parse.PipeNode:
		return c.pipe(n, dot, vars)
	case *parse.IdentifierNode:
		return c.function(n, n.Ident, nil)
	case *parse.NumberNode:
		return c.number(n)
	case *parse.StringNode:
		return textType
	case *parse.BoolNode:
		return truthType
	}
	return noneType
}

// fields follows a chain such as .Light.Ink.
func (c *fieldChecker) fields(n parse.Node, t reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		if t == nil {
			return nil
		}
		switch {
		case t == noneType:
			c.fault(n, "there is no field .%s here, because the template is called without a value; write {{template \"…\" .}}", name)
			return nil
		case t.Kind() != reflect.Struct:
			c.fault(n, "there is no .%s here: %s has no fields", name, kindName(t))
			return nil
		}
		f, ok := t.FieldByName(name)
		if !ok || !f.IsExported() {
			c.fault(n, "there is no field .%s here; there are %s", name, fieldNames(t))
			return nil
		}
		if t == reflect.TypeFor[page]() && name == "Name" {
			c.personal = true
		}
		t = f.Type
	}
	return t
}

func fieldNames(t reflect.Type) string {
	var names []string
	for f := range t.Fields() {
		names = append(names, "."+f.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
