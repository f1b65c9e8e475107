package site

import (
	"encoding/json"
	"fmt"
	"time"
)

// The objects of JSON Feed 1.1 (jsonfeed.org).
type (
	jsonFeed struct {
		Version  string       `json:"version"`
		Title    string       `json:"title"`
		HomePage string       `json:"home_page_url"`
		FeedURL  string       `json:"feed_url"`
		Favicon  string       `json:"favicon"`
		Authors  []jsonAuthor `json:"authors"`
		Language string       `json:"language,omitempty"`
		Items    []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
	jsonItem struct {
		ID            string       `json:"id"`
		URL           string       `json:"url"`
		ExternalURL   string       `json:"external_url,omitempty"`
		Title         string       `json:"title"`
		ContentHTML   string       `json:"content_html"`
		Summary       string       `json:"summary,omitempty"`
		DatePublished string       `json:"date_published"`
		Authors       []jsonAuthor `json:"authors"`
		Tags          []string     `json:"tags,omitempty"`
		Language      string       `json:"language,omitempty"`
	}
)

// writeJSONFeed writes a feed as JSON Feed.
func writeJSONFeed(f feed) ([]byte, error) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: clean(f.Title), HomePage: f.Site, FeedURL: f.Self, Favicon: f.Icon,
		Authors: []jsonAuthor{{clean(f.Author)}}, Language: f.Language, Items: []jsonItem{},
	}
	for _, e := range f.Entries {
		item := jsonItem{
			ID: e.ID, URL: e.Address, ExternalURL: e.Source, Title: clean(e.Title), ContentHTML: clean(e.Content), Summary: clean(e.Summary),
			DatePublished: e.Sent.UTC().Format(time.RFC3339), Authors: []jsonAuthor{{clean(e.Author)}}, Language: e.Language,
		}
		for _, tag := range e.Tags {
			item.Tags = append(item.Tags, clean(tag))
		}
		out.Items = append(out.Items, item)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return body, nil
}
