\echo Use "CREATE EXTENSION contacts" to load this file. \quit

-- Names, e-mail addresses and CSV text are Unicode, and the engine hands the backend UTF-8.
DO $$
BEGIN
  IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'feature_not_supported',
      MESSAGE = pg_catalog.format('extension "contacts" needs a database with encoding UTF8, this one has %s',
                                  pg_catalog.getdatabaseencoding()),
      HINT = 'Create the database with ENCODING ''UTF8'' TEMPLATE template0.';
  END IF;
END
$$;

-- A schema of this name that somebody else made first is refused here, not used: its owner could plant objects in it.
CREATE SCHEMA contacts;
GRANT USAGE ON SCHEMA contacts TO PUBLIC;
COMMENT ON SCHEMA contacts IS 'Types and functions of the extension "contacts"; directories live in schemas of their own, see contacts.create_directory().';
