-- Alerts: what was told once.

-- +goose Up

----------------------------------------------------------------------- ledger

-- What an operator was warned of and isn't told again: for a date, or ('') until it's
-- mended.
CREATE TABLE warnings (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date, subject)
);
