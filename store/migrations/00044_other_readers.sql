-- The index of what went another way than to sent holds the readers, too: a page of ten
-- thousand mails that failed is chosen from it alone.

-- +goose Up

----------------------------------------------------------------------- ledger

DROP INDEX deliveries_other;
CREATE INDEX deliveries_other ON deliveries (edition, state, code, enhanced, doubts, subscriber)
    WHERE state <> 'pending' AND state <> 'sending' AND state <> 'sent' OR doubts > 0;
