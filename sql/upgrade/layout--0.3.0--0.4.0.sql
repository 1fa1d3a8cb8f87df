-- From layout 0.3.0.

-- Functions and views that changed.
-- @include sql/directory/90_layout.sql
