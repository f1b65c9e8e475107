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

-- A proof names the text that it showed, and what was answered to it by its links.
ALTER TABLE proofs ADD COLUMN id BIGINT NOT NULL DEFAULT 0;  -- what a link's token names; 0: it had none
ALTER TABLE proofs ADD COLUMN tip TEXT NOT NULL DEFAULT '';
ALTER TABLE proofs ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE proofs ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE proofs ADD COLUMN approved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE proofs ADD COLUMN skipped_at BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX proofs_id ON proofs (id) WHERE id > 0;
