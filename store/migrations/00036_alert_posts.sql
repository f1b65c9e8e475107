-- Alerts that are still to be posted to the operator's URL.

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
