-- +goose Up

-- When the count of an address's confirmations began: after a while it begins anew.
ALTER TABLE asked ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE asked SET since = last_at;
CREATE INDEX asked_last ON asked (last_at);
CREATE INDEX erased_at ON erased (at);

-- +goose Down
DROP INDEX erased_at;
DROP INDEX asked_last;
ALTER TABLE asked DROP COLUMN since;
