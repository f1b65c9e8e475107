-- People who plan and run: who is signed in, and what they changed.

-- +goose Up

------------------------------------------------------------------------ admins

-- Somebody who is signed in. What their browser shows with each request is nowhere.
CREATE TABLE admin_sessions (
    hash     TEXT   PRIMARY KEY,   -- SHA-256 of what the browser shows, hex
    way      TEXT   NOT NULL,      -- password, oidc
    person   TEXT   NOT NULL,      -- their name in the configuration, or the provider's number of them
    name     TEXT   NOT NULL,      -- how they are shown
    role     TEXT   NOT NULL,      -- viewer, editor, operator
    mark     TEXT   NOT NULL,      -- hash of what the configuration says that lets them in; another one ends the session
    began_at BIGINT NOT NULL,
    seen_at  BIGINT NOT NULL,      -- to the minute
    ends_at  BIGINT NOT NULL
);

-- Who did what, and what came of it. A reader is named by their number, never by their
-- address.
CREATE TABLE admin_log (
    id      BIGINT PRIMARY KEY,        -- grows with time
    at      BIGINT NOT NULL,
    way     TEXT   NOT NULL,
    person  TEXT   NOT NULL,           -- as they were shown
    action  TEXT   NOT NULL,           -- one of the pages' own words, such as sign_in
    subject TEXT   NOT NULL,           -- what it was done to
    detail  TEXT   NOT NULL,
    outcome TEXT   NOT NULL DEFAULT '' -- done, or why not; '': it isn't over, or the daemon ended meanwhile
);
