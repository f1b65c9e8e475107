-- +goose Up

-- Editions that an editor was shown before they went out: once each.
CREATE TABLE proofs (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date)
);

-- +goose Down
DROP TABLE proofs;
