-- +goose Up

-- When sending an edition last began, and when nothing of it was left; ended_at
-- is 0 while it's under way. Later zones begin it again.
ALTER TABLE editions ADD COLUMN began_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE editions ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
UPDATE editions SET began_at = opened_at, ended_at = opened_at
WHERE EXISTS (SELECT 1 FROM deliveries d WHERE d.edition = editions.id);
CREATE INDEX editions_underway ON editions (id) WHERE began_at > 0 AND ended_at = 0;

-- How many deliveries were opened and sent, counted in the transactions that did
-- it: counting rows would take a second for a million. A row for each node, so
-- that nodes don't wait for each other; '' is who opens. The rate is read from
-- two marks, 10 to 20 seconds apart.
CREATE TABLE counters (
    edition      BIGINT NOT NULL REFERENCES editions (id),
    node         TEXT   NOT NULL,
    opened       BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    at           BIGINT NOT NULL, -- of the last change
    mark_at      BIGINT NOT NULL,
    mark_sent    BIGINT NOT NULL,
    earlier_at   BIGINT NOT NULL,
    earlier_sent BIGINT NOT NULL,
    PRIMARY KEY (edition, node)
);
INSERT INTO counters (edition, node, opened, sent, at, mark_at, mark_sent, earlier_at, earlier_sent)
SELECT edition, '', COUNT(*), SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END), 0, 0, 0, 0, 0 FROM deliveries GROUP BY edition;

-- All deliveries that went another way than pending, sent: few enough to
-- be counted by state and reason whenever somebody looks. No IN (…): of more than
-- two values SQLite makes a table in memory, at each change of any delivery.
CREATE INDEX deliveries_other ON deliveries (edition, state, code, enhanced, doubts)
    WHERE state <> 'pending' AND state <> 'sent' OR doubts > 0;

-- What operators did by command, to an edition or to a pause.
CREATE TABLE actions (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    newsletter TEXT   NOT NULL,           -- '': all
    local_date TEXT   NOT NULL,           -- '': of no edition
    deliveries BIGINT NOT NULL,           -- how many it changed
    who        TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    logged_at  BIGINT NOT NULL DEFAULT 0  -- by a daemon, in its log
);
CREATE INDEX actions_edition ON actions (newsletter, local_date, id);
CREATE INDEX actions_unlogged ON actions (id) WHERE logged_at = 0;

-- +goose Down
DROP TABLE actions;
DROP INDEX deliveries_other;
DROP TABLE counters;
DROP INDEX editions_underway;
ALTER TABLE editions DROP COLUMN ended_at;
ALTER TABLE editions DROP COLUMN began_at;
