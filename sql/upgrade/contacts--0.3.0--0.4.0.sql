\echo Use "ALTER EXTENSION contacts UPDATE TO '0.4.0'" to load this file. \quit

-- An undo is marked by contacts.undo_import() itself.
DROP FUNCTION contacts.log_undo(uuid);

-- @include sql/extension/49_search_focus.sql
-- @include sql/extension/55_history.sql
-- @include sql/extension/90_directory.sql
