-- From layout 0.2.0.

-- Functions whose parameters changed.
DROP FUNCTION import_csv(bytea, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION import_large_object(oid, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION import_file(text, text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);
DROP FUNCTION _import_options(text, text, text, text, text, text, text, text, text, boolean, text, bigint, text[], text, boolean, bigint, text, text, bigint);

-- Functions and views that changed.
-- @include sql/directory/62_import.sql
-- @include sql/directory/90_layout.sql
