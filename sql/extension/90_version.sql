CREATE OR REPLACE FUNCTION contacts._library_versions(
    OUT library text, OUT libphonenumber text, OUT phone_metadata text, OUT icu text, OUT unicode text, OUT cldr text)
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_library_versions';
COMMENT ON FUNCTION contacts._library_versions() IS 'Of contacts.version(): what the loaded libraries say of themselves.';

CREATE OR REPLACE FUNCTION contacts.version()
  RETURNS TABLE (extension text, library text, libphonenumber text, phone_metadata text, icu text, unicode text, cldr text)
  LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT e.extversion, l.library, l.libphonenumber, l.phone_metadata, l.icu, l.unicode, l.cldr
  FROM contacts._library_versions() AS l
  LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = 'contacts';
END;
COMMENT ON FUNCTION contacts.version() IS 'One row: version of the SQL objects (extension) and of the shared library (library), which differ until ALTER EXTENSION contacts UPDATE; of the libphonenumber that is loaded, from its file name, with a digest of its numbering plans, which change without it (both NULL where the library does not tell); of ICU and its Unicode and CLDR data.';
