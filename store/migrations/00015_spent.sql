-- +goose Up

-- What works once: the stamps of forms that have been sent. One that is gone from
-- here is too old to be used again.
CREATE TABLE spent (
    number BIGINT PRIMARY KEY,  -- what the token names
    use    TEXT   NOT NULL,     -- keyed hash of what for
    until  BIGINT NOT NULL      -- then it's too old by itself
);
CREATE INDEX spent_until ON spent (until);

-- Links that were mailed to who wants to see, or erase, all that we hold on them.
CREATE TABLE accounts (
    id           BIGINT PRIMARY KEY,   -- what the link's token names
    subscription BIGINT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    ends_at      BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL DEFAULT 0  -- 0: the link hasn't been used
);
CREATE INDEX accounts_subscription ON accounts (subscription);

-- +goose Down
DROP TABLE accounts;
DROP TABLE spent;
