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
// on every branch: a field that isn't there must come up when the template is
// loaded, not on the one morning when its branch is taken. It also says whether
// the reader's name is used.
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

// run checks one of the set's templates for a dot of type dot (nil: unknown)
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
			c.pipe(n.Pipe, dot, vars)
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
			var with reflect.Type
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
	got := c.pipe(n.Pipe, dot, inner)
	inside := dot
	switch n.NodeType {
	case parse.NodeWith:
		inside = got
	case parse.NodeRange:
		inside = nil
		if got == nil || got.Kind() != reflect.Slice && got.Kind() != reflect.Array {
			c.fault(n.Pipe, "{{range}} needs a list, such as .Tips or .Links; %s is none", n.Pipe)
		} else {
			inside = got.Elem()
		}
		for i, v := range n.Pipe.Decl {
			inner[v.Ident[0]] = inside
			if len(n.Pipe.Decl) == 2 && i == 0 {
				inner[v.Ident[0]] = reflect.TypeFor[int]()
			}
		}
	}
	return c.list(n.List, inside, inner) + c.list(n.ElseList, dot, inner)
}

// pipe is the type of a pipeline's value; nil: unknown.
func (c *fieldChecker) pipe(p *parse.PipeNode, dot reflect.Type, vars variables) reflect.Type {
	var last reflect.Type
	for i, cmd := range p.Cmds {
		last = c.command(cmd, dot, vars)
		if i > 0 {
			last = nil
		}
	}
	for _, v := range p.Decl {
		vars[v.Ident[0]] = last
	}
	return last
}

func (c *fieldChecker) command(cmd *parse.CommandNode, dot reflect.Type, vars variables) reflect.Type {
	types := make([]reflect.Type, len(cmd.Args))
	for i, arg := range cmd.Args {
		types[i] = c.argument(arg, dot, vars)
	}
	name, ok := cmd.Args[0].(*parse.IdentifierNode)
	if !ok {
		return types[0]
	}
	switch {
	case name.Ident == markup:
		if _, literal := cmd.Args[len(cmd.Args)-1].(*parse.StringNode); !literal || len(cmd.Args) != 2 {
			c.fault(cmd, "there is no function %q", markup)
		}
	case name.Ident == "index" && len(types) == 3 && types[1] != nil && types[1].Kind() == reflect.Slice:
		// A weekly mail has several tips, any other one: more may not be there.
		c.fault(cmd, "{{index}} fails when the list is shorter; use {{range}}")
		return types[1].Elem()
	}
	return nil
}

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
	}
	return nil
}

// fields follows a chain such as .Light.Ink.
func (c *fieldChecker) fields(n parse.Node, t reflect.Type, names []string) reflect.Type {
	for _, name := range names {
		if t == nil {
			return nil
		}
		if t.Kind() != reflect.Struct {
			c.fault(n, "there is no .%s here: %s has no fields", name, n)
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
