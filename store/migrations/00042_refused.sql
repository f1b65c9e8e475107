-- What a mail was refused with, before somebody had it sent again.

-- +goose Up

----------------------------------------------------------------------- ledger

-- The codes of the refusal by which it had failed, such as "550 5.1.1": the same ones
-- again are this reader's, also where nothing else is taken that could tell.
ALTER TABLE deliveries ADD COLUMN refused TEXT NOT NULL DEFAULT '';
