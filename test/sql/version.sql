-- contacts.version(): what is installed. The versions themselves differ from machine to machine.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

SELECT count(*) AS rows FROM contacts.version();
SELECT v.extension = e.extversion AS extension, v.library = v.extension AS library,
       coalesce(v.libphonenumber ~ '^[0-9]+(\.[0-9]+)*$', true) AS libphonenumber,
       coalesce(v.phone_metadata ~ '^[0-9a-f]{16}$', true) AS phone_metadata,
       v.icu ~ '^[0-9]+(\.[0-9]+)*$' AS icu, v.unicode ~ '^[0-9]+(\.[0-9]+)*$' AS unicode, v.cldr ~ '^[0-9]+(\.[0-9]+)*$' AS cldr
FROM contacts.version() AS v, pg_extension AS e WHERE e.extname = 'contacts';
