package main

import (
	"context"
	"fmt"
	"slices"

	"dailytip/hooks"
)

// checkEndpoints says how it goes with each program that is told what happens. It posts
// nothing.
func checkEndpoints(ctx context.Context, a *app) []finding {
	endpoints, err := endpointsOf(a.config)
	if err != nil {
		return []finding{{"webhooks", "failed", err.Error()}}
	}
	var findings []finding
	for _, e := range endpoints {
		findings = append(findings, checkEndpoint(ctx, a, e))
	}
	return findings
}

func checkEndpoint(ctx context.Context, a *app, e hooks.Endpoint) finding {
	name := "webhook " + e.Name
	line, err := endpointLineOf(ctx, a, e)
	if err != nil {
		return finding{name, "failed", err.Error()}
	}
	waits := count(line.Waiting, "event waits", "events wait")
	switch line.State {
	case "disabled":
		return finding{name, "failed", fmt.Sprintf("it was given up, since it took no events; %s. When the cause is mended, give dailytip webhooks enable %s", waits, e.Name)}
	case "failing":
		return finding{name, "warning", fmt.Sprintf("it has taken no event since %s; %s; dailytip webhooks show %s tells what it answers", line.FailingSince, waits, e.Name)}
	}
	if e.Addresses && len(e.Events) > 0 && !slices.Contains(e.Events, hooks.Erased) {
		return finding{name, "warning", fmt.Sprintf("it's told addresses, and not who was erased: its copies stay. Add %s to its events", hooks.Erased)}
	}
	return finding{name, "ok", fmt.Sprintf("events are posted to %s; %s; dailytip webhooks test %s tries it", line.At, waits, e.Name)}
}
