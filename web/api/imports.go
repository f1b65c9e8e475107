package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"dailytip/membership/importer"
	"dailytip/subscribers"
	"dailytip/subscribers/listfile"
	"dailytip/tokens"
)

// maxImport is the most that a file may hold, in bytes: it's read in one request.
const maxImport = 1 << 20

// mostTold is how many faults and notes an import's answer holds.
const mostTold = 100

type importInput struct {
	Keyed
	Newsletter string `query:"newsletter" doc:"Of rows that name none; not needed where there is only one"`
	DryRun     bool   `query:"dry_run" doc:"Say what would happen, by kind and with examples, and change nothing"`
	Confirmed  bool   `query:"confirmed" doc:"You vouch for their consent: everybody is what the file says, and no mail goes out"`
	Charset    string `query:"charset" maxLength:"40" doc:"How the file is written, such as windows-1252; none: it's found out"`
	State      string `query:"state" enum:"pending,active,paused,unsubscribed,suppressed" doc:"Of everybody whose row says none"`
	RawBody    []byte `contentType:"text/csv"`
}

// Import is what became of a file's rows, or would.
type Import struct {
	DryRun     bool             `json:"dry_run"`
	Added      int              `json:"added"`
	States     map[string]int   `json:"added_states" nullable:"false" doc:"In which states they are"`
	Confirmed  int              `json:"confirmed" doc:"Were pending, and are active now"`
	Ended      int              `json:"ended" doc:"Were there, and have left or are suppressed now, as the file says"`
	Left       int              `json:"left" doc:"Not revived: they left, or were erased"`
	Suppressed int              `json:"suppressed" doc:"Not revived: they are suppressed"`
	Unchanged  int              `json:"unchanged" doc:"Were there already"`
	Refused    int              `json:"refused"`
	Kinds      []*importer.Kind `json:"kinds,omitempty" doc:"Of a dry run: what would happen, with examples"`
	Told       []ImportNote     `json:"told" nullable:"false" doc:"What is wrong with rows, or was read in a way to be told: the first hundred"`
}

// ImportNote is what is said of a row.
type ImportNote struct {
	Line int    `json:"line" doc:"0: of the file as a whole"`
	Text string `json:"text"`
}

type importOutput struct{ Body Import }

func (a *API) addImports() {
	add(a, operation{
		id: "import-subscribers", method: http.MethodPost, path: "/imports", tag: "subscribers", scopes: editors, maxBody: maxImport,
		summary: "Import a file", text: "Our export's, another program's, a spreadsheet's CSV, or one address on each line; 1 MiB at most. Begin with dry_run. Who is there already stays as they are, so importing twice changes nothing.",
	}, a.importFile)
	// huma calls it binary, in words that OpenAPI 3.0 hasn't got.
	a.huma.OpenAPI().Paths[base+"/imports"].Post.RequestBody.Content["text/csv"].Schema = &huma.Schema{Type: huma.TypeString}
}

func (a *API) importFile(ctx context.Context, by tokens.Token, in *importInput) (*importOutput, error) {
	newsletter, err := a.newsletter(by, in.Newsletter)
	if err != nil {
		return nil, err
	}
	out := &importOutput{Body: Import{DryRun: in.DryRun, States: map[string]int{}, Told: []ImportNote{}}}
	o := importer.Options{
		Membership: a.Membership, In: bytes.NewReader(in.RawBody), DryRun: in.DryRun, Now: a.Now,
		List: listfile.Options{Name: "the API, token " + by.Name, Charset: in.Charset, State: subscribers.State(in.State)},
		Tell: func(line int, text string) {
			if len(out.Body.Told) < mostTold {
				out.Body.Told = append(out.Body.Told, ImportNote{line, text})
			}
		},
	}
	if in.Confirmed {
		o.Consent = subscribers.Vouched
	}
	for _, n := range a.Scheduler.Newsletters {
		if newsletter == "" || n.ID == newsletter {
			o.List.Newsletters = append(o.List.Newsletters, n.ID)
		}
	}
	if by.Newsletter != "" {
		o.Refuse = onlyIts(by)
	}
	// What is begun is ended, also when the program goes away: the body bounds it.
	result, err := importer.Run(context.WithoutCancel(ctx), o)
	if errors.As(err, new(importer.FileError)) {
		return nil, invalid("%v", err)
	}
	if err != nil {
		return nil, err
	}
	a.enqueued()
	b := &out.Body
	b.Added, b.Confirmed, b.Ended, b.Left, b.Suppressed = result.Added, result.Confirmed, result.Ended, result.Left, result.Suppressed
	b.Unchanged, b.Refused, b.Kinds = result.Unchanged, result.Refused, result.Kinds
	for state, n := range result.States {
		b.States[string(state)] = n
	}
	return out, nil
}

// onlyIts refuses rows that would change what a person has in other newsletters.
func onlyIts(by tokens.Token) func(subscribers.Request) error {
	return func(r subscribers.Request) error {
		if r.Imported.Suppressed() {
			return fmt.Errorf("%s is suppressed in the file, which would end all of their newsletters; the token %s is for one", r.Address, by.Name)
		}
		return nil
	}
}
