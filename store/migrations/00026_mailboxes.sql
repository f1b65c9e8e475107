-- How far the mailboxes have been read to which bounces come back.

-- +goose Up

----------------------------------------------------------------------- bounces

CREATE TABLE mailboxes (
    name     TEXT   NOT NULL PRIMARY KEY, -- USER@HOST:PORT/FOLDER
    validity BIGINT NOT NULL,             -- UIDVALIDITY (RFC 9051 §2.3.1.1): another one means that UIDs have begun anew
    last_uid BIGINT NOT NULL              -- all messages up to this one have been read
);
