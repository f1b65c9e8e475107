-- What a relay said is a reply, as RFC 5321 §4.2 names it, in every table.

-- +goose Up

----------------------------------------------------------------------- ledger

ALTER TABLE deliveries RENAME COLUMN answer TO reply;
ALTER TABLE notices RENAME COLUMN answer TO reply;
ALTER TABLE pauses RENAME COLUMN answer TO reply;
