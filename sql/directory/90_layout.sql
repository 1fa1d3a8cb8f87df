-- The layout's version. A body in quotes, not BEGIN ATOMIC: the view contacts.directories reads it from the catalog,
-- since it must not run functions of strangers.
CREATE OR REPLACE FUNCTION directory_layout() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $layout$SELECT '@EXTVERSION@'$layout$;
COMMENT ON FUNCTION directory_layout() IS 'Version of the extension "contacts" whose layout this directory has; marks the schema as a directory.';
