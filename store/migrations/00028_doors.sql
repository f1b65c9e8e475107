-- Which ways in for what comes back don't work.

-- +goose Up

---------------------------------------------------------------------- bounces

CREATE TABLE failing_doors (
    name    TEXT   NOT NULL PRIMARY KEY, -- as the log names it
    since   BIGINT NOT NULL,
    fault   TEXT   NOT NULL,             -- the last one
    told_at BIGINT NOT NULL DEFAULT 0    -- when the operator heard of it; 0: not yet
);
