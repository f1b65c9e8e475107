-- Lists of one newsletter's readers, of one state, are read page by page.

-- +goose Up

------------------------------------------------------------------ subscribers

CREATE INDEX subscriptions_listed ON subscriptions (newsletter, state, subscriber);
