-- +goose Up

-- What a subscription was before the person was suppressed (pending, active,
-- paused), so that it can be undone; or unsubscribed, while who had left is asked
-- whether they come back.
ALTER TABLE subscriptions ADD COLUMN state_before TEXT NOT NULL DEFAULT '';

-- When a sign-up last asked for it: one that nobody confirms ends after a while. 0:
-- nobody knows, and it stays.
ALTER TABLE subscriptions ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
UPDATE subscriptions SET asked_at = created_at;
UPDATE subscriptions SET state_before = 'unsubscribed', asked_at = COALESCE((
    SELECT MAX(e.at) FROM subscription_events e
    WHERE e.subscriber = subscriptions.subscriber AND e.newsletter = subscriptions.newsletter AND e.kind = 'signed up again'), created_at)
WHERE state = 'pending' AND EXISTS (
    SELECT 1 FROM subscription_events e
    WHERE e.subscriber = subscriptions.subscriber AND e.newsletter = subscriptions.newsletter AND e.kind = 'signed up again');

-- Who was suppressed until now: active if they had confirmed and didn't have to
-- do so again, paused if a pause has an end that is written down.
UPDATE subscriptions SET state_before = CASE
    WHEN confirmed_at = 0 THEN 'pending'
    WHEN EXISTS (
        SELECT 1 FROM subscription_events e
        WHERE e.subscriber = subscriptions.subscriber AND e.newsletter = subscriptions.newsletter
            AND e.kind = 'signed up again' AND e.at > subscriptions.confirmed_at) THEN 'unsubscribed'
    WHEN paused_until > 0 THEN 'paused'
    ELSE 'active' END
WHERE state = 'suppressed';
CREATE INDEX subscriptions_asked ON subscriptions (asked_at) WHERE state = 'pending';

-- +goose Down
DROP INDEX subscriptions_asked;
ALTER TABLE subscriptions DROP COLUMN asked_at;
ALTER TABLE subscriptions DROP COLUMN state_before;
