package scheduler

import "fmt"

// Refused is a change of the plan that wasn't made, or that has no effect, and says why.
type Refused struct {
	Nothing bool   // it's so already
	Made    bool   // it was made, and has no effect
	Command string // what helps on a command line, in words; "": nothing there
	why     string
}

func (r Refused) Error() string { return r.why }

func refused(format string, args ...any) Refused { return Refused{why: fmt.Sprintf(format, args...)} }

func nothing(format string, args ...any) Refused {
	return Refused{Nothing: true, why: fmt.Sprintf(format, args...)}
}

func made(format string, args ...any) Refused {
	return Refused{Made: true, why: fmt.Sprintf(format, args...)}
}

// byCommand adds what helps whoever changes the plan by command. Pages and programs have
// ways of their own.
func (r Refused) byCommand(format string, args ...any) Refused {
	r.Command = fmt.Sprintf(format, args...)
	return r
}
