-- +goose Up

-- When a content was first accepted for a reader, in a mail of its own or among
-- the tips of a week: from then on it may be read by anybody.
ALTER TABLE contents ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
UPDATE contents SET sent_at = COALESCE((
    SELECT MIN(d.done_at) FROM deliveries d
    WHERE d.edition = contents.edition AND d.content = contents.id AND d.state = 'sent'), 0);
CREATE INDEX contents_sent ON contents (sent_at) WHERE sent_at > 0;
CREATE INDEX editions_cancelled ON editions (id) WHERE state = 'cancelled';

-- What a reader answered to "Was this useful?". Erasing the reader takes the row,
-- not the count.
CREATE TABLE votes (
    voter   BIGINT  NOT NULL,
    edition BIGINT  NOT NULL REFERENCES editions (id),
    tip     TEXT    NOT NULL,
    useful  BOOLEAN NOT NULL,
    at      BIGINT  NOT NULL,
    PRIMARY KEY (voter, edition, tip)
);
CREATE TABLE vote_counts (
    edition BIGINT NOT NULL REFERENCES editions (id),
    tip     TEXT   NOT NULL,
    useful  BIGINT NOT NULL,
    useless BIGINT NOT NULL,
    PRIMARY KEY (edition, tip)
);

-- +goose Down
DROP TABLE vote_counts;
DROP TABLE votes;
DROP INDEX editions_cancelled;
DROP INDEX contents_sent;
ALTER TABLE contents DROP COLUMN sent_at;
