-- When sending an edition first began: a retry, a notice or a later zone begins it again.

-- +goose Up

--------------------------------------------------------------------- editions

ALTER TABLE editions ADD COLUMN first_began_at BIGINT NOT NULL DEFAULT 0;

-- Of those that began more than once, the first minute in which something was sent is what
-- is still known.
UPDATE editions SET first_began_at = COALESCE(
    (SELECT MIN(s.minute) FROM sent_minutes s WHERE s.edition = editions.id AND s.minute < editions.began_at - 60000), began_at)
    WHERE began_at > 0;
