\echo Use "ALTER EXTENSION contacts UPDATE TO '0.2.0'" to load this file. \quit

-- It gained columns.
DROP FUNCTION contacts.read_csv(bytea, text, text, text, text);

-- @include sql/extension/12_phone_typed.sql
-- @include sql/extension/13_email_prefix.sql
-- @include sql/extension/30_csv.sql
-- @include sql/extension/45_access.sql
-- @include sql/extension/45_search.sql
-- @include sql/extension/46_member.sql
-- @include sql/extension/47_listed.sql
-- @include sql/extension/50_trigger.sql
-- @include sql/extension/52_sharing.sql
-- @include sql/extension/53_draft.sql
-- @include sql/extension/55_history.sql
-- @include sql/extension/60_import.sql
-- @include sql/extension/65_export.sql
-- @include sql/extension/90_directory.sql
