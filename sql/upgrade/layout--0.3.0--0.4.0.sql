-- From layout 0.3.0.

-- Functions and views that changed.
-- @include sql/directory/74_search.sql
-- @include sql/directory/90_layout.sql
