-- +goose Up

-- Secrets that links and return paths are signed with. The newest of a purpose
-- signs; all of them verify.
CREATE TABLE link_keys (
    id      BIGINT PRIMARY KEY,
    purpose TEXT   NOT NULL,
    secret  TEXT   NOT NULL -- hex
);

-- A person. What differs between newsletters stands in subscriptions.
CREATE TABLE subscribers (
    id                BIGINT PRIMARY KEY,
    email             TEXT   NOT NULL,             -- as written, the domain in ASCII
    email_key         TEXT   NOT NULL UNIQUE,      -- in lower case
    name              TEXT   NOT NULL,
    language          TEXT   NOT NULL,             -- BCP 47; '': the newsletter's
    timezone          TEXT   NOT NULL,             -- IANA; '': the newsletter's default
    suppressed_at     BIGINT NOT NULL DEFAULT 0,
    suppressed_reason TEXT   NOT NULL DEFAULT '',
    soft_bounces      BIGINT NOT NULL DEFAULT 0,   -- on distinct editions since the last success
    soft_since        BIGINT NOT NULL DEFAULT 0,
    soft_edition      BIGINT NOT NULL DEFAULT 0,   -- the last one that counted
    created_at        BIGINT NOT NULL
);

-- Readers of one newsletter whose clocks reach the sending time together.
CREATE TABLE slots (
    id         BIGINT PRIMARY KEY,
    newsletter TEXT   NOT NULL,
    timezone   TEXT   NOT NULL,   -- '': the newsletter's default
    send_at    TEXT   NOT NULL,   -- HH:MM; '': the newsletter's
    days       BIGINT NOT NULL,   -- bit 0 is Monday; 0: the newsletter's
    cadence    TEXT   NOT NULL,   -- daily, weekly
    done_until BIGINT NOT NULL,   -- due instants up to this one have been dealt with
    UNIQUE (newsletter, timezone, send_at, days, cadence)
);

CREATE TABLE subscriptions (
    id           BIGINT PRIMARY KEY,              -- what a link's token names
    subscriber   BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    newsletter   TEXT   NOT NULL,
    state        TEXT   NOT NULL,                 -- pending, active, paused, unsubscribed, suppressed
    slot         BIGINT NOT NULL REFERENCES slots (id),
    due_after    BIGINT NOT NULL DEFAULT 0,       -- due only for later instants
    paused_until BIGINT NOT NULL DEFAULT 0,       -- 0 while paused: until resumed by hand
    course_tip   TEXT   NOT NULL DEFAULT '',      -- the last tip of the course that was sent
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (subscriber, newsletter)
);
CREATE INDEX subscriptions_due ON subscriptions (slot, subscriber) WHERE state = 'active';
CREATE INDEX subscriptions_paused ON subscriptions (paused_until) WHERE state = 'paused';

-- What happened to a subscription, for the operator and as proof of consent.
CREATE TABLE subscription_events (
    id         BIGINT PRIMARY KEY,
    subscriber BIGINT NOT NULL,
    newsletter TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    detail     TEXT   NOT NULL
);
CREATE INDEX subscription_events_subscriber ON subscription_events (subscriber, at);

-- Addresses that were erased, as keyed hashes: an import must not revive them.
CREATE TABLE erased (
    email_hash TEXT   PRIMARY KEY,
    at         BIGINT NOT NULL
);

-- The operator's own choice for a date: a tip, or no edition.
CREATE TABLE pins (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    action     TEXT   NOT NULL,  -- pin, skip
    tip        TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date)
);

CREATE TABLE editions (
    id         BIGINT PRIMARY KEY,
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    state      TEXT   NOT NULL,  -- open, paused, cancelled
    UNIQUE (newsletter, local_date)
);

-- What some readers of an edition get. choice is 'daily', 'weekly', or
-- 'course:' and a tip's id.
CREATE TABLE contents (
    id      BIGINT PRIMARY KEY,
    edition BIGINT NOT NULL REFERENCES editions (id),
    choice  TEXT   NOT NULL,
    reason  TEXT   NOT NULL,     -- pinned, next, repeat
    UNIQUE (edition, choice)
);

-- The tips of a content in their order, their text copied when it was opened.
CREATE TABLE content_tips (
    content  BIGINT NOT NULL REFERENCES contents (id),
    position BIGINT NOT NULL,
    tip      TEXT   NOT NULL,
    body     TEXT   NOT NULL,    -- the tip, JSON
    PRIMARY KEY (content, position)
);

-- What became of each slot's due instant: opening (in chunks), opened, skipped.
CREATE TABLE runs (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    slot       BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    deliveries BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date, slot)
);

-- One edition for one subscriber. The key is promise P1.
CREATE TABLE deliveries (
    edition     BIGINT NOT NULL REFERENCES editions (id),
    subscriber  BIGINT NOT NULL,  -- no reference: a row outlives an erased reader
    content     BIGINT NOT NULL REFERENCES contents (id),
    due_at      BIGINT NOT NULL,
    opened_at   BIGINT NOT NULL,  -- the Date: of the mail
    expires_at  BIGINT NOT NULL,
    state       TEXT   NOT NULL,  -- see ledger/doc.go
    next_at     BIGINT NOT NULL,  -- not before
    attempts    BIGINT NOT NULL DEFAULT 0,
    doubts      BIGINT NOT NULL DEFAULT 0,  -- attempts whose answer was never seen
    owner       TEXT   NOT NULL DEFAULT '',
    lease_until BIGINT NOT NULL DEFAULT 0,
    language    TEXT   NOT NULL DEFAULT '', -- of the text sent
    code        BIGINT NOT NULL DEFAULT 0,  -- the relay's last answer
    enhanced    TEXT   NOT NULL DEFAULT '',
    answer      TEXT   NOT NULL DEFAULT '',
    done_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (edition, subscriber)
);
CREATE INDEX deliveries_open ON deliveries (edition, next_at, subscriber) WHERE state IN ('pending', 'retry');
CREATE INDEX deliveries_sending ON deliveries (lease_until) WHERE state = 'sending';

-- Mails that answer a person or warn an operator.
CREATE TABLE notices (
    id           BIGINT PRIMARY KEY,
    kind         TEXT   NOT NULL,  -- confirm, welcome, resend, alert
    newsletter   TEXT   NOT NULL,
    subscriber   BIGINT NOT NULL,  -- 0: an operator
    subscription BIGINT NOT NULL,
    email        TEXT   NOT NULL,
    language     TEXT   NOT NULL,
    content      BIGINT NOT NULL,  -- resend: what to send again
    detail       TEXT   NOT NULL,  -- alert: what happened
    opened_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    next_at      BIGINT NOT NULL,
    attempts     BIGINT NOT NULL DEFAULT 0,
    doubts       BIGINT NOT NULL DEFAULT 0,
    owner        TEXT   NOT NULL DEFAULT '',
    lease_until  BIGINT NOT NULL DEFAULT 0,
    code         BIGINT NOT NULL DEFAULT 0,
    enhanced     TEXT   NOT NULL DEFAULT '',
    answer       TEXT   NOT NULL DEFAULT '',
    done_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notices_open ON notices (next_at, id) WHERE state IN ('pending', 'retry');
CREATE INDEX notices_sending ON notices (lease_until) WHERE state = 'sending';
CREATE INDEX notices_subscriber ON notices (subscriber);

-- Why nothing goes out just now: a newsletter's run, or ('') the relay itself.
CREATE TABLE pauses (
    newsletter TEXT   PRIMARY KEY,
    since      BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    code       BIGINT NOT NULL,
    enhanced   TEXT   NOT NULL,
    answer     TEXT   NOT NULL,
    probe_at   BIGINT NOT NULL,
    probes     BIGINT NOT NULL
);

-- +goose Down
DROP TABLE pauses;
DROP TABLE notices;
DROP TABLE deliveries;
DROP TABLE runs;
DROP TABLE content_tips;
DROP TABLE contents;
DROP TABLE editions;
DROP TABLE pins;
DROP TABLE erased;
DROP TABLE subscription_events;
DROP TABLE subscriptions;
DROP TABLE slots;
DROP TABLE subscribers;
DROP TABLE link_keys;
