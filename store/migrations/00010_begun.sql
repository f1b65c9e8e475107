-- +goose Up
-- The last of a claim's range that may have been sent: what lies behind it was
-- only claimed ahead.
ALTER TABLE claims ADD COLUMN begun BIGINT NOT NULL DEFAULT 0;
UPDATE claims SET begun = last_id;

-- +goose Down
ALTER TABLE claims DROP COLUMN begun;
