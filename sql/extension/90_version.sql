CREATE OR REPLACE FUNCTION contacts._library_versions(
    OUT library text, OUT libphonenumber text, OUT phone_metadata text, OUT icu text, OUT unicode text, OUT cldr text)
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_library_versions';
COMMENT ON FUNCTION contacts._library_versions() IS 'Of contacts.version(): what the loaded libraries say of themselves.';

CREATE OR REPLACE FUNCTION contacts.version()
  RETURNS TABLE (extension text, library text, libphonenumber text, phone_metadata text, icu text, unicode text, cldr text,
                 search text, search_documents text[])
  LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT e.extversion, l.library, l.libphonenumber, l.phone_metadata, l.icu, l.unicode, l.cldr, contacts.search_version(),
         (SELECT pg_catalog.array_agg(DISTINCT k.key ORDER BY k.key)
            FROM contacts.directories AS d
            JOIN pg_catalog.pg_stats AS s ON s.schemaname = d.schema AND s.tablename = 'contact' AND s.attname = 'search'
           CROSS JOIN LATERAL pg_catalog.unnest(s.most_common_elems::text::text[]) AS k(key)
           WHERE pg_catalog.starts_with(k.key, '#'))
  FROM contacts._library_versions() AS l
  LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = 'contacts';
END;
COMMENT ON FUNCTION contacts.version() IS 'One row: version of the SQL objects (extension) and of the shared library (library), which differ until ALTER EXTENSION contacts UPDATE; of the libphonenumber that is loaded, from its file name, with a digest of its numbering plans, which change without it (both NULL where the library does not tell); of ICU and its Unicode and CLDR data; what search documents are made with now (search: rules, ICU), and what those that are stored were made with (search_documents), in the directories of the database whose statistics the caller may read, as ANALYZE last found them; NULL where it found none. Where they differ: contacts.refresh_search().';
