\echo Use "ALTER EXTENSION contacts UPDATE TO '0.4.0'" to load this file. \quit

-- @include sql/extension/49_search_focus.sql
-- @include sql/extension/90_directory.sql
