-- Approvals: in some newsletters a text goes out only when an editor has said so.

-- +goose Up

--------------------------------------------------------------------- editions

-- Texts that may go out: of a tip in all its languages, by their digest, so that an
-- edit ends it.
CREATE TABLE approvals (
    newsletter TEXT   NOT NULL,
    tip        TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    who        TEXT   NOT NULL,  -- user@host, or by the proof of which address
    PRIMARY KEY (newsletter, tip, digest)
);
