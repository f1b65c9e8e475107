package site

import (
	"cmp"
	"html/template"

	"dailytip/locale"
	"dailytip/web"
)

// messages are our messages in one language, for templates.
type messages struct{ Lang string }

// Say is a message without values.
func (t messages) Say(id string) template.HTML { return web.Say(t.Lang, id) }

// choice is one entry of a menu or of a group of buttons.
type choice struct {
	Value, Text string
	Lang        string // of the text; "": the page's
	Chosen      bool
}

// fields are the fields of a form that asks about a person, with their values.
type fields struct {
	messages
	Email, Name string
	Languages   []choice
	Zones       []zoneMenu
	GuessZone   bool // our script may fill in the browser's zone
	Faults      map[string]template.HTML
	First       string // the first field at fault
}

// zoneMenu is a part of the world in the menu of zones.
type zoneMenu struct {
	Label   template.HTML
	Choices []choice
}

// Fault is what is wrong with a field, or "".
func (f fields) Fault(field string) template.HTML { return f.Faults[field] }

// entryFields fills in the form.
func (s *Site) entryFields(lang string, e entry, faults []fault) fields {
	f := fields{
		messages: messages{lang}, Email: e.Email, Name: e.Name, Languages: languageChoices(e.Language),
		Zones: zoneMenus(lang, e.Timezone), Faults: map[string]template.HTML{},
	}
	for _, fault := range faults {
		f.First = cmp.Or(f.First, fault.Field)
		f.Faults[fault.Field] = web.Say(lang, fault.Message)
	}
	return f
}

// languageChoices are our languages. The chosen one keeps the tag that was chosen,
// because en-GB writes dates in another way than en-US.
func languageChoices(chosen string) []choice {
	best := ""
	if chosen != "" {
		best = locale.Match(chosen)
	}
	var all []choice
	for _, tag := range locale.Languages() {
		c := choice{Value: tag, Text: locale.Name(tag), Lang: tag, Chosen: tag == best}
		if c.Chosen {
			c.Value = chosen
		}
		all = append(all, c)
	}
	return all
}

// zoneMenus are all zones by part of the world. A chosen one that isn't in the
// list stands in front.
func zoneMenus(lang, chosen string) []zoneMenu {
	found := false
	var all []zoneMenu
	for _, group := range zones().groups {
		menu := zoneMenu{Label: web.Say(lang, "page.zones."+group.Area)}
		for _, z := range group.Zones {
			c := choice{Value: z.ID, Text: z.City, Chosen: z.ID == chosen}
			found = found || c.Chosen
			menu.Choices = append(menu.Choices, c)
		}
		all = append(all, menu)
	}
	if !found && chosen != "" {
		last := &all[len(all)-1]
		last.Choices = append(last.Choices, choice{Value: chosen, Text: chosen, Chosen: true})
	}
	return all
}

// fieldFault is what is wrong with one field.
type fieldFault struct {
	Field string
	Text  template.HTML
	First bool // it is the first one, and gets the cursor
}

// At is the fault of a field.
func (f fields) At(field string) fieldFault {
	return fieldFault{field, f.Faults[field], f.First == field}
}
