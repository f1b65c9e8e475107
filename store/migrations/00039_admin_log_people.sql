-- The log says who did something, and not only what they were called.

-- +goose Up

------------------------------------------------------------------------ admins

-- As in admin_sessions: the name is how they were shown, and the person is their name in
-- the configuration or the provider's number of them, which nobody chooses for
-- themselves. '': it wasn't written down, in lines of before.
ALTER TABLE admin_log RENAME COLUMN person TO name;
ALTER TABLE admin_log ADD COLUMN person TEXT NOT NULL DEFAULT '';
UPDATE admin_log SET person = name WHERE way = 'password';
UPDATE admin_log SET person = detail, detail = '' WHERE way = 'oidc' AND action = 'sign_in';
