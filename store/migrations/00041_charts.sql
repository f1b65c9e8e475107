-- What the charts of the pages are drawn from.

-- +goose Up

------------------------------------------------------------------ subscribers

-- How a list grows is counted from what happened to its people, week by week.
CREATE INDEX subscription_events_kind ON subscription_events (newsletter, kind, at);
DROP INDEX subscription_events_left;
CREATE INDEX bounces_newsletter ON bounces (newsletter, at, class, decision, edition, domain, door);

-- What is left of what happened to people who are forgotten: how often it happened. Rows
-- are only added, so that nobody who forgets somebody waits for somebody else who does.
CREATE TABLE past_growth (
    newsletter TEXT   NOT NULL,
    week       BIGINT NOT NULL,  -- when it began: a Monday, 00:00 UTC
    kind       TEXT   NOT NULL,  -- signed up, confirmed, unsubscribed, bounced, complained
    people     BIGINT NOT NULL
);
CREATE INDEX past_growth_weeks ON past_growth (newsletter, week, kind);

----------------------------------------------------------------------- ledger

-- How many mails of an edition were sent in each minute, counted in the transactions
-- that recorded it: to count the rows of a large edition takes a second. A row for each
-- node, as in counters.
CREATE TABLE sent_minutes (
    edition BIGINT NOT NULL REFERENCES editions (id),
    node    TEXT   NOT NULL,
    minute  BIGINT NOT NULL,  -- when it began
    sent    BIGINT NOT NULL,
    PRIMARY KEY (edition, node, minute)
);

-- The same by who runs the mailboxes.
CREATE TABLE receiver_counts (
    edition  BIGINT NOT NULL REFERENCES editions (id),
    node     TEXT   NOT NULL,
    receiver TEXT   NOT NULL,  -- one that many people have their mailboxes with; '': another
    sent     BIGINT NOT NULL,
    deferred BIGINT NOT NULL,  -- put off at their first try
    failed   BIGINT NOT NULL,  -- refused for good
    PRIMARY KEY (edition, node, receiver)
);
