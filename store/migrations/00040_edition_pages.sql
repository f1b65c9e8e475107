-- What the pages of those who plan and run look for, without reading a whole list.

-- +goose Up

------------------------------------------------------------------ subscribers

-- Refusals that are held back are few: too many of a domain at once.
CREATE INDEX bounces_held ON bounces (domain, at, subscriber) WHERE decision = 'held back';

-- Who left, by newsletter.
CREATE INDEX subscription_events_left ON subscription_events (newsletter, at) WHERE kind = 'unsubscribed';
