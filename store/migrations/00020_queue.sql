-- +goose Up

DROP TABLE claims;
DROP TABLE fresh;
DROP TABLE batches;
DROP TABLE notices;
DROP TABLE deliveries;

-- One edition for one subscriber, from opening to its end. The key is promise P1.
-- No foreign keys: an edition and its contents are written in the same transaction
-- and never deleted, and looking both up doubles the work of opening.
CREATE TABLE deliveries (
    edition    BIGINT NOT NULL,
    subscriber BIGINT NOT NULL,  -- no reference: a row outlives an erased reader
    content    BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,  -- the Date: of the mail
    expires_at BIGINT NOT NULL,
    state      TEXT   NOT NULL,  -- see ledger/doc.go
    next_at    BIGINT NOT NULL,  -- pending, retry: not before
    owner      TEXT   NOT NULL DEFAULT '', -- sending: the node
    attempts   BIGINT NOT NULL DEFAULT 0,  -- whose outcome is known
    doubts     BIGINT NOT NULL DEFAULT 0,  -- attempts whose reply was never seen
    language   TEXT   NOT NULL DEFAULT '', -- of the text sent
    code       BIGINT NOT NULL DEFAULT 0,  -- the relay's last reply
    enhanced   TEXT   NOT NULL DEFAULT '',
    answer     TEXT   NOT NULL DEFAULT '',
    done_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (edition, subscriber)
);
-- What can be claimed, in the order in which it is.
CREATE INDEX deliveries_ready ON deliveries (edition, next_at, subscriber) WHERE state IN ('pending', 'retry');
CREATE INDEX deliveries_expiry ON deliveries (expires_at) WHERE state IN ('pending', 'retry');
CREATE INDEX deliveries_sending ON deliveries (owner) WHERE state = 'sending';
-- All deliveries that went another way than pending, sending, sent: few enough to
-- be counted by state and reason whenever somebody looks.
CREATE INDEX deliveries_other ON deliveries (edition, state, code, enhanced, doubts)
    WHERE state <> 'pending' AND state <> 'sending' AND state <> 'sent' OR doubts > 0;

-- Mails that answer a person or warn an operator.
CREATE TABLE notices (
    id           BIGINT PRIMARY KEY,
    kind         TEXT   NOT NULL,  -- confirm, welcome, resend, alert, proof, known
    newsletter   TEXT   NOT NULL,
    subscriber   BIGINT NOT NULL,  -- 0: an operator
    subscription BIGINT NOT NULL,
    email        TEXT   NOT NULL,
    content      BIGINT NOT NULL,  -- resend: what to send again
    detail       TEXT   NOT NULL,  -- alert: what happened
    opened_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    next_at      BIGINT NOT NULL,
    owner        TEXT   NOT NULL DEFAULT '',
    attempts     BIGINT NOT NULL DEFAULT 0,
    doubts       BIGINT NOT NULL DEFAULT 0,
    language     TEXT   NOT NULL,
    code         BIGINT NOT NULL DEFAULT 0,
    enhanced     TEXT   NOT NULL DEFAULT '',
    answer       TEXT   NOT NULL DEFAULT '',
    done_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX notices_ready ON notices (next_at, id) WHERE state IN ('pending', 'retry');
CREATE INDEX notices_sending ON notices (owner) WHERE state = 'sending';
CREATE INDEX notices_subscriber ON notices (subscriber);

-- +goose Down
DROP TABLE notices;
DROP TABLE deliveries;
