-- Programs talk to the daemon: what they show to be let in, and what their requests
-- were answered.

-- +goose Up

------------------------------------------------------------------------ tokens

-- What a program shows with each request. The secret itself is nowhere.
CREATE TABLE tokens (
    id           BIGINT PRIMARY KEY,
    name         TEXT   NOT NULL,
    prefix       TEXT   NOT NULL UNIQUE,         -- how the text begins: enough to recognise one, too little to use it
    hash         TEXT   NOT NULL,                -- SHA-256 of the whole text, hex
    scopes       TEXT   NOT NULL,                -- read, subscribers, plan, send, all: with commas
    newsletter   TEXT   NOT NULL,                -- '': all of them
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,                -- 0: it doesn't
    used_at      BIGINT NOT NULL DEFAULT 0,      -- to the minute
    revoked_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at = 0;

-- Requests that carried an Idempotency-Key, and what they were answered: the same
-- request again gets the same answer, and isn't carried out twice. Key, request and
-- answer can be read only with the token that sent them.
CREATE TABLE token_requests (
    token   BIGINT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    name    TEXT   NOT NULL,            -- keyed hash of the Idempotency-Key
    request TEXT   NOT NULL,            -- keyed hash of method, path and body
    answer  TEXT   NOT NULL DEFAULT '', -- sealed, base64; '': it isn't over
    at      BIGINT NOT NULL,
    PRIMARY KEY (token, name)
);
CREATE INDEX token_requests_at ON token_requests (at);
