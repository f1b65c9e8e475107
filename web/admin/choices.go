package admin

import (
	"dailytip/locale"
	"dailytip/web"
)

// choice is one of a menu.
type choice struct {
	Value  string
	Text   string
	Chosen bool
}

// pick chooses the option with a value.
func pick(options []choice, chosen string) {
	for i := range options {
		options[i].Chosen = options[i].Value == chosen
	}
}

// newsletterChoices are all newsletters, by the names that readers know.
func (a *Admin) newsletterChoices() (all []choice) {
	for i := range a.Scheduler.Newsletters {
		id := a.Scheduler.Newsletters[i].ID
		all = append(all, choice{Value: id, Text: web.Untagged(a.Letterhead(id).Name)})
	}
	return all
}

// worded is an option that is called by one of our messages.
func worded(value, message string) choice {
	return choice{Value: value, Text: locale.Text(locale.Default, message, nil)}
}
