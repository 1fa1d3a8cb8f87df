\echo Use "ALTER EXTENSION contacts UPDATE TO '0.3.0'" to load this file. \quit

-- @include sql/extension/90_directory.sql

-- Tells of search documents, too.
DROP FUNCTION contacts.version();
-- @include sql/extension/90_version.sql
