-- +goose Up

-- The daemons that send from this database, so that limits hold for their sum.
CREATE TABLE nodes (
    id      TEXT   PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- What relays with a day's total were given: reserved before it is sent.
CREATE TABLE relay_days (
    relay TEXT   NOT NULL,  -- host:port
    day   TEXT   NOT NULL,  -- of UTC
    used  BIGINT NOT NULL,
    PRIMARY KEY (relay, day)
);

-- +goose Down
DROP TABLE relay_days;
DROP TABLE nodes;
