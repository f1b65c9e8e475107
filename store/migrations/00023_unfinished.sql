-- What isn't over is in one index instead of three: to claim what is pending changes no
-- index, and to end it takes one entry out.

-- +goose Up

----------------------------------------------------------------------- ledger

-- All deliveries that wait or are in flight, in the order in which they are claimed.
CREATE INDEX deliveries_unfinished ON deliveries (edition, next_at, subscriber) WHERE done_at = 0;
DROP INDEX deliveries_ready;
DROP INDEX deliveries_expiry;
DROP INDEX deliveries_sending;

-- When deliveries of an edition expire, noted when they are opened: a row for each
-- instant, so that finding what has expired doesn't pass over what waits.
CREATE TABLE expiries (
    at      BIGINT NOT NULL,
    edition BIGINT NOT NULL,
    PRIMARY KEY (at, edition)
);
INSERT INTO expiries (at, edition) SELECT DISTINCT expires_at, edition FROM deliveries WHERE done_at = 0;
