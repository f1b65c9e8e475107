-- +goose Up

-- How often strangers have had us write to an address, by its keyed hash: the
-- count outlives the person's erasure, and tells nobody who it was.
CREATE TABLE asked (
    email_hash TEXT   PRIMARY KEY,
    times      BIGINT NOT NULL,  -- confirmations that nobody has answered
    last_at    BIGINT NOT NULL   -- of any mail that a sign-up caused
);

-- +goose Down
DROP TABLE asked;
