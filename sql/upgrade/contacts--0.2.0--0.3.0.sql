\echo Use "ALTER EXTENSION contacts UPDATE TO '0.3.0'" to load this file. \quit

-- @include sql/extension/12_phone_typed.sql
-- @include sql/extension/48_identify.sql
-- @include sql/extension/90_directory.sql

-- Tells of search documents, too.
DROP FUNCTION contacts.version();
-- @include sql/extension/90_version.sql
