-- People are found by the domain of their address.

-- +goose Up

------------------------------------------------------------------ subscribers

-- What follows the last @, in words that both engines have.
CREATE INDEX subscribers_domain ON subscribers ((substr(email_key, length(rtrim(email_key, replace(email_key, '@', ''))) + 1)), id);
