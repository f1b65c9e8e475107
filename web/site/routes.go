package site

import (
	"net/http"

	"dailytip/web"
)

// Every path that is answered is here, with its methods. A request is logged by its
// pattern, so no path with a token gets into the log.

// formRoutes are the form to subscribe, on our pages and on others.
func (s *Site) formRoutes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET /{$}", Handler: s.Page(s.frontPage)},
		{Pattern: "GET /subscribe", Handler: s.Page(s.frontPage)},
		// Signing up needs no right that a visitor's browser could lend to another
		// site: the handlers look at where it comes from.
		{Pattern: "POST /subscribe", Handler: s.Page(s.subscribe), Anywhere: true},
		{Pattern: "/subscribe", Handler: s.WrongMethod("GET, HEAD, POST")},
		{Pattern: "GET /embed", Handler: s.Page(s.embed)},
	}
	if s.NoAPI {
		return routes
	}
	return append(routes,
		web.Route{Pattern: apiRoute, Handler: s.apiSubscribe, Anywhere: true},
		web.Route{Pattern: "OPTIONS /api/subscribe", Handler: s.apiPreflight},
	)
}

// linkRoutes are the pages behind the links of our mails.
func (s *Site) linkRoutes() []web.Route {
	var routes []web.Route
	add := func(pattern string, handler http.HandlerFunc) {
		routes = append(routes, web.Route{Pattern: pattern, Handler: handler, Token: true})
	}
	add("GET /confirm/{token}", s.Page(s.askToConfirm))
	add("POST /confirm/{token}", s.Page(s.confirm))
	add("/confirm/{token}", s.WrongMethod("GET, HEAD, POST"))
	add("GET /u/{token}", s.leavePage)
	// Mail programs unsubscribe with one click from wherever they run (RFC 8058 §3.1).
	routes = append(routes, web.Route{Pattern: "POST /u/{token}", Handler: s.Page(s.leave), Token: true, Anywhere: true})
	add("/u/{token}", s.WrongMethod("GET, HEAD, POST"))
	add("POST /u/{token}/less", s.lowerFrequency)
	add("POST /u/{token}/undo", s.undo)
	add("POST /u/{token}/reason", s.reason)
	add("GET /preferences/{token}", s.Page(s.preferences))
	add("POST /preferences/{token}", s.Page(s.changePreferences))
	add("/preferences/{token}", s.WrongMethod("GET, HEAD, POST"))
	add("GET /open/{token}", s.Page(s.askToOpen))
	add("POST /open/{token}", s.openAccount)
	add("/open/{token}", s.WrongMethod("GET, HEAD, POST"))
	add("GET /account/{token}", s.Page(s.account))
	add("POST /account/{token}", s.Page(s.changeAccount))
	add("/account/{token}", s.WrongMethod("GET, HEAD, POST"))
	add("GET /account/{token}/data", s.data)
	add("GET /vote/{edition}/{token}", s.Page(s.askToVote))
	add("GET /vote/{edition}/{token}/{answer}", s.Page(s.askToVote))
	add("POST /vote/{edition}/{token}", s.Page(s.vote))
	add("/vote/{edition}/{token}", s.WrongMethod("GET, HEAD, POST"))
	if s.Proofs != nil {
		add("GET /proof/{action}/{token}", s.Page(s.askEditor))
		add("POST /proof/{action}/{token}", s.Page(s.answerProof))
		add("/proof/{action}/{token}", s.WrongMethod("GET, HEAD, POST"))
	}
	add("GET /calendar/{file}", s.calendar)
	return routes
}

// publicRoutes are the pages that anybody may read, their feeds and their pictures.
func (s *Site) publicRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /archive", Handler: s.withArchive(s.pastTips), Quiet: true},
		{Pattern: "GET /archive/{newsletter}", Handler: s.withArchive(s.pastTips), Quiet: true},
		{Pattern: "GET /archive/{newsletter}/{name...}", Handler: s.edition, Quiet: true},
		{Pattern: "GET /feed.xml", Handler: s.feedOf("/feed.xml", "application/atom+xml; charset=utf-8", writeAtom), Quiet: true},
		{Pattern: "GET /feed.json", Handler: s.feedOf("/feed.json", "application/feed+json", writeJSONFeed), Quiet: true},
		{Pattern: "GET /sitemap.xml", Handler: s.withArchive(s.siteMap), Quiet: true},
		{Pattern: "GET /robots.txt", Handler: s.robots, Quiet: true},
		{Pattern: "GET /files/{newsletter}/{path...}", Handler: s.picture},
	}
}
