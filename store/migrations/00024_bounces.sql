-- What comes back: what was said of an address, what was decided, and the message
-- that said it.

-- +goose Up

------------------------------------------------------------------ subscribers

-- A key for return paths signs what was opened from then on.
ALTER TABLE link_keys ADD COLUMN signs_from BIGINT NOT NULL DEFAULT 0;

-- What used to be counted here follows from bounces.
ALTER TABLE subscribers DROP COLUMN soft_bounces;
ALTER TABLE subscribers DROP COLUMN soft_since;
ALTER TABLE subscribers DROP COLUMN soft_edition;

-- What was said of an address, while sending or in a message that came back, and
-- what was decided because of it.
CREATE TABLE bounces (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    subscriber BIGINT NOT NULL,
    domain     TEXT   NOT NULL,  -- of the address, in lower case
    provider   TEXT   NOT NULL,  -- who runs the mailbox; '': unknown
    newsletter TEXT   NOT NULL,
    edition    BIGINT NOT NULL,  -- 0: it's about a notice
    notice     BIGINT NOT NULL,
    door       TEXT   NOT NULL,  -- smtp: a reply while sending; lmtp, pipe, imap, or a provider
    class      TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    reply      TEXT   NOT NULL,
    decision   TEXT   NOT NULL,
    decided_at BIGINT NOT NULL   -- later than at when somebody has undone or retried it
);
CREATE INDEX bounces_subscriber ON bounces (subscriber, at);
CREATE INDEX bounces_at ON bounces (at);
CREATE INDEX bounces_domain ON bounces (domain, at, subscriber) WHERE class = 'hard';
CREATE INDEX bounces_edition ON bounces (edition) WHERE edition > 0;

-- Addresses that get nothing for a while, because too many mails to them came back
-- for now. Afterwards one mail is tried; the row stays until it has been accepted
-- and nothing has come back.
CREATE TABLE rests (
    subscriber BIGINT PRIMARY KEY,
    until      BIGINT NOT NULL,
    tried      BIGINT NOT NULL DEFAULT 0  -- the edition that was the try; 0: there was none
);

---------------------------------------------------------------------- bounces

-- Messages that came back. The row stays after the message was forgotten, so that it
-- isn't taken twice.
CREATE TABLE returned_mails (
    id         BIGINT PRIMARY KEY,  -- as in bounces
    at         BIGINT NOT NULL,
    subscriber BIGINT NOT NULL,
    edition    BIGINT NOT NULL,
    notice     BIGINT NOT NULL,
    digest     TEXT   NOT NULL,     -- SHA-256, hex
    raw        TEXT   NOT NULL,     -- the message: gzip in base64; '': it was forgotten
    UNIQUE (subscriber, edition, notice, digest)
);
CREATE INDEX returned_mails_at ON returned_mails (at);
