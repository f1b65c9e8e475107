-- Alerts: those that are still to be posted to the operator's URL, and what was told once.

-- +goose Up

----------------------------------------------------------------------- ledger

CREATE TABLE alert_posts (
    id       BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    about    TEXT   NOT NULL,  -- a newsletter, or NEWSLETTER/notices; '': all of them
    subject  TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at  BIGINT NOT NULL   -- not before
);

-- What an operator was warned of and isn't told again: for a date, or ('') until it's
-- mended.
CREATE TABLE warnings (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date, subject)
);
