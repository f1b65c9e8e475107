-- Deliveries that are kept no longer: what is left of them is how many they were.

-- +goose Up

--------------------------------------------------------------------- editions

-- From then on an edition's deliveries are forgotten, and nothing of it is ever sent
-- again: nobody could tell any more who has it. 0: all of them are there.
ALTER TABLE editions ADD COLUMN pruned_at BIGINT NOT NULL DEFAULT 0;

----------------------------------------------------------------------- ledger

-- The forgotten deliveries of an edition, by how they ended.
CREATE TABLE past_deliveries (
    edition    BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    code       BIGINT NOT NULL,
    enhanced   TEXT   NOT NULL,
    deliveries BIGINT NOT NULL,
    doubted    BIGINT NOT NULL,  -- those whose reply was once never seen
    PRIMARY KEY (edition, state, code, enhanced)
);
