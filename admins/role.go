package admins

// Role is what somebody is trusted with. Each has what the one before it has.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // sees the plan, the tips and the numbers
	Editor   Role = "editor"   // plans, and decides what goes out
	Operator Role = "operator" // runs all of it, and sees who the readers are
)

// Roles are all roles, the least first.
func Roles() []Role { return []Role{Viewer, Editor, Operator} }

// Permission is what a page or a button needs.
type Permission int

// The permissions.
const (
	See     Permission = iota // the plan, the tips, editions in numbers
	Plan                      // change what goes out and when: dates, approvals, test copies
	Readers                   // see who the readers are, and change them
	Run                       // hold mail and send it on
	SeeLog                    // see who changed what
)

// May tells whether a role has a permission.
func (r Role) May(p Permission) bool {
	switch r {
	case Viewer:
		return p == See
	case Editor:
		return p == See || p == Plan
	case Operator:
		return true
	}
	return false
}
