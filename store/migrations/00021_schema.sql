-- The whole schema. A line of dashes names the room that writes the tables below it,
-- and a test makes sure that no other room does. Times are milliseconds UTC, 0 being
-- none; dates are local ones, YYYY-MM-DD; ids are made by the program. From here on
-- each change of the schema is a migration of its own.

-- +goose Up

------------------------------------------------------------------ subscribers

-- Secrets that links and return paths are signed with. The newest of a purpose
-- signs; all of them verify. The first ones come with the schema.
CREATE TABLE link_keys (
    id      BIGINT PRIMARY KEY,
    purpose TEXT   NOT NULL,
    secret  TEXT   NOT NULL -- hex
);

-- A person. What differs between newsletters stands in subscriptions.
CREATE TABLE subscribers (
    id                BIGINT PRIMARY KEY,
    email             TEXT   NOT NULL,             -- as written, the domain in ASCII
    email_key         TEXT   NOT NULL UNIQUE,      -- in lower case
    name              TEXT   NOT NULL,
    language          TEXT   NOT NULL,             -- BCP 47; '': the newsletter's
    timezone          TEXT   NOT NULL,             -- IANA; '': the newsletter's default
    suppressed_at     BIGINT NOT NULL DEFAULT 0,
    suppressed_reason TEXT   NOT NULL DEFAULT '',
    soft_bounces      BIGINT NOT NULL DEFAULT 0,   -- on distinct editions since the last success
    soft_since        BIGINT NOT NULL DEFAULT 0,
    soft_edition      BIGINT NOT NULL DEFAULT 0,   -- the last one that counted
    created_at        BIGINT NOT NULL
);

-- Readers of one newsletter whose clocks reach the sending time together.
CREATE TABLE slots (
    id         BIGINT PRIMARY KEY,
    newsletter TEXT   NOT NULL,
    timezone   TEXT   NOT NULL,   -- '': the newsletter's default
    send_at    TEXT   NOT NULL,   -- HH:MM; '': the newsletter's
    days       BIGINT NOT NULL,   -- bit 0 is Monday; 0: the newsletter's
    cadence    TEXT   NOT NULL,   -- daily, weekly
    done_until BIGINT NOT NULL,   -- due instants up to this one have been dealt with
    UNIQUE (newsletter, timezone, send_at, days, cadence)
);

CREATE TABLE subscriptions (
    id           BIGINT PRIMARY KEY,              -- what a link's token names
    subscriber   BIGINT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    newsletter   TEXT   NOT NULL,
    state        TEXT   NOT NULL,                 -- pending, active, paused, unsubscribed, suppressed
    -- What it was before the person was suppressed (pending, active, paused), so that
    -- this can be undone; or unsubscribed, while who had left is asked whether they
    -- come back.
    state_before TEXT   NOT NULL DEFAULT '',
    slot         BIGINT NOT NULL REFERENCES slots (id),
    due_after    BIGINT NOT NULL DEFAULT 0,       -- due only for later instants
    paused_until BIGINT NOT NULL DEFAULT 0,       -- 0 while paused: until resumed by hand
    course_tip   TEXT   NOT NULL DEFAULT '',      -- the last tip of the course that was sent
    created_at   BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL DEFAULT 0,       -- pending: when a sign-up last asked; 0: it doesn't end by itself
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (subscriber, newsletter)
);
-- With due_after, so that opening an edition reads this index alone.
CREATE INDEX subscriptions_due ON subscriptions (slot, subscriber, due_after) WHERE state = 'active';
CREATE INDEX subscriptions_paused ON subscriptions (paused_until) WHERE state = 'paused';
CREATE INDEX subscriptions_asked ON subscriptions (asked_at) WHERE state = 'pending';

-- What happened to a subscription, for the operator and as proof of consent.
CREATE TABLE subscription_events (
    id         BIGINT PRIMARY KEY,
    subscriber BIGINT NOT NULL,
    newsletter TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    detail     TEXT   NOT NULL
);
CREATE INDEX subscription_events_subscriber ON subscription_events (subscriber, at);

-- Addresses that were erased, as keyed hashes: an import must not revive them.
CREATE TABLE erased (
    email_hash TEXT   PRIMARY KEY,
    at         BIGINT NOT NULL
);
CREATE INDEX erased_at ON erased (at);

-- How often strangers have had us write to an address, by its keyed hash: the
-- count outlives the person's erasure, and tells nobody who it was.
CREATE TABLE asked (
    email_hash TEXT   PRIMARY KEY,
    times      BIGINT NOT NULL,  -- confirmations that nobody has answered
    last_at    BIGINT NOT NULL,  -- of any mail that a sign-up caused
    since      BIGINT NOT NULL   -- when the count began: after a while it begins anew
);
CREATE INDEX asked_last ON asked (last_at);

-- What works once: the tokens of forms that have been sent. One that is gone from
-- here is too old to be used again.
CREATE TABLE spent (
    number BIGINT PRIMARY KEY,  -- what the token names
    use    TEXT   NOT NULL,     -- keyed hash of what for
    until  BIGINT NOT NULL      -- then it's too old by itself
);
CREATE INDEX spent_until ON spent (until);

-- Links that were mailed to who wants to see, or erase, all that we hold on them.
CREATE TABLE accounts (
    id           BIGINT PRIMARY KEY,   -- what the link's token names
    subscription BIGINT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    ends_at      BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL DEFAULT 0  -- 0: the link hasn't been used
);
CREATE INDEX accounts_subscription ON accounts (subscription);

--------------------------------------------------------------------- editions

-- The operator's own choice for a date: a tip, or no edition.
CREATE TABLE pins (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    action     TEXT   NOT NULL,  -- pin, skip
    tip        TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date)
);

CREATE TABLE editions (
    id         BIGINT PRIMARY KEY,
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    state      TEXT   NOT NULL,            -- open, paused, cancelled
    began_at   BIGINT NOT NULL DEFAULT 0,  -- when sending it last began; later zones begin it again
    ended_at   BIGINT NOT NULL DEFAULT 0,  -- when nothing of it was left; 0 while it's under way
    UNIQUE (newsletter, local_date)
);
CREATE INDEX editions_underway ON editions (id) WHERE began_at > 0 AND ended_at = 0;
CREATE INDEX editions_cancelled ON editions (id) WHERE state = 'cancelled';

-- What some readers of an edition get. choice is 'daily', 'weekly', or
-- 'course:' and a tip's id.
CREATE TABLE contents (
    id      BIGINT PRIMARY KEY,
    edition BIGINT NOT NULL REFERENCES editions (id),
    choice  TEXT   NOT NULL,
    reason  TEXT   NOT NULL,            -- pinned, next, repeat
    -- When it was first accepted for a reader, in a mail of its own or among the tips
    -- of a week: from then on it may be read by anybody.
    sent_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (edition, choice)
);
CREATE INDEX contents_sent ON contents (sent_at) WHERE sent_at > 0;

-- The tips of a content in their order, their text copied when it was opened.
CREATE TABLE content_tips (
    content  BIGINT NOT NULL REFERENCES contents (id),
    position BIGINT NOT NULL,
    tip      TEXT   NOT NULL,
    body     TEXT   NOT NULL,    -- the tip, JSON
    PRIMARY KEY (content, position)
);

-- Editions that an editor was shown before they went out: once each.
CREATE TABLE proofs (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date)
);

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

----------------------------------------------------------------------- ledger

-- What became of each slot's due instant: opening (in chunks), opened, skipped.
CREATE TABLE runs (
    newsletter TEXT   NOT NULL,
    local_date TEXT   NOT NULL,
    slot       BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    deliveries BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (newsletter, local_date, slot)
);

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
    attempts   BIGINT NOT NULL DEFAULT 0,  -- that are over, those in doubt included
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
    kind         TEXT   NOT NULL,  -- confirm, welcome, known, account, resend, alert, proof
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

-- How many deliveries were opened and sent, counted in the transactions that did
-- it: counting rows would take a second for a million. A row for each node, so
-- that nodes don't wait for each other; '' is who opens. The rate is read from
-- two marks, 10 to 20 seconds apart.
CREATE TABLE counters (
    edition      BIGINT NOT NULL REFERENCES editions (id),
    node         TEXT   NOT NULL,
    opened       BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    at           BIGINT NOT NULL, -- of the last change
    mark_at      BIGINT NOT NULL,
    mark_sent    BIGINT NOT NULL,
    earlier_at   BIGINT NOT NULL,
    earlier_sent BIGINT NOT NULL,
    PRIMARY KEY (edition, node)
);

-- Why something doesn't go out just now. newsletter is whose run waits, or with /notices
-- after it whose notices do; '': all, for no relay takes mail.
CREATE TABLE pauses (
    newsletter TEXT   PRIMARY KEY,
    since      BIGINT NOT NULL,
    reason     TEXT   NOT NULL,
    code       BIGINT NOT NULL,
    enhanced   TEXT   NOT NULL,
    answer     TEXT   NOT NULL,
    probe_at   BIGINT NOT NULL,  -- when one mail is tried; 0: only a command ends it
    probes     BIGINT NOT NULL
);

-- What operators did by command, to an edition or to a pause.
CREATE TABLE actions (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    newsletter TEXT   NOT NULL,           -- '': all
    local_date TEXT   NOT NULL,           -- '': of no edition
    deliveries BIGINT NOT NULL,           -- how many it changed
    who        TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    logged_at  BIGINT NOT NULL DEFAULT 0  -- by a daemon, in its log
);
CREATE INDEX actions_edition ON actions (newsletter, local_date, id);
CREATE INDEX actions_unlogged ON actions (id) WHERE logged_at = 0;

-- The daemons that send from this database. What one has claimed is lost to the
-- others when it hasn't been seen for a lease; limits hold for the sum of all.
CREATE TABLE nodes (
    id      TEXT   PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- What relays with a day's total were given: reserved before it is sent.
CREATE TABLE relay_days (
    relay TEXT   NOT NULL,  -- host:port
    day   TEXT   NOT NULL,  -- of UTC
    used  BIGINT NOT NULL,
    PRIMARY KEY (relay, day)
);
