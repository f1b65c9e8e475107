-- Outgoing webhooks: what happens here is told to programs elsewhere.

-- +goose Up

------------------------------------------------------------------------ hooks

-- Events, a row for each endpoint that wants one: each is given what is in its scope.
-- An endpoint gets them in the order of their numbers, one after the other.
CREATE TABLE hook_events (
    id         BIGINT NOT NULL,
    endpoint   TEXT   NOT NULL,            -- its name in the configuration
    type       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    subscriber BIGINT NOT NULL,            -- whom it's about; 0: nobody
    data       TEXT   NOT NULL,            -- JSON
    done_at    BIGINT NOT NULL DEFAULT 0,  -- when the endpoint took it, or it was given up; 0: it waits
    PRIMARY KEY (id, endpoint)
);
CREATE INDEX hook_events_waiting ON hook_events (endpoint, id) WHERE done_at = 0;
CREATE INDEX hook_events_subscriber ON hook_events (subscriber) WHERE subscriber > 0;
CREATE INDEX hook_events_at ON hook_events (at);

-- How it goes with each endpoint, and which daemon posts to it.
CREATE TABLE hook_endpoints (
    name          TEXT   PRIMARY KEY,
    owner         TEXT   NOT NULL DEFAULT '',
    owned_until   BIGINT NOT NULL DEFAULT 0,
    tries         BIGINT NOT NULL DEFAULT 0,  -- of the first event that waits; all failed
    failing_since BIGINT NOT NULL DEFAULT 0,
    next_at       BIGINT NOT NULL DEFAULT 0,  -- not before
    disabled_at   BIGINT NOT NULL DEFAULT 0   -- it was given up until somebody enables it
);

-- What each endpoint replied.
CREATE TABLE hook_attempts (
    id       BIGINT PRIMARY KEY,
    endpoint TEXT   NOT NULL,
    event    BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    took     BIGINT NOT NULL,  -- ms
    status   BIGINT NOT NULL,  -- of HTTP; 0: there was no reply
    reply    TEXT   NOT NULL,  -- its beginning; or why there was none
    UNIQUE (event, endpoint, id)
);
CREATE INDEX hook_attempts_at ON hook_attempts (at);

----------------------------------------------------------------------- ledger

-- When programs elsewhere were told of a pause; 0: not yet.
ALTER TABLE pauses ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
