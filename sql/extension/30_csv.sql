-- The CSV reader alone. Imports read files with the same reader, but account for every record where this function
-- stops or is lenient.

-- STABLE: encodings other than UTF-8 are those of the installed ICU. Not STRICT: an option that is NULL is found out.
CREATE OR REPLACE FUNCTION contacts.read_csv(content bytea, delimiter text = NULL, quote text = NULL,
                                             escape text = NULL, encoding text = NULL,
                                             OUT line bigint, OUT cells text[])
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1000
  AS 'MODULE_PATHNAME', 'contacts_read_csv';
COMMENT ON FUNCTION contacts.read_csv(bytea, text, text, text, text) IS
'Records of a CSV text (RFC 4180), the header among them: the physical line where each starts, from 1, and its cells; blank records are left out, a NULL content has none.
delimiter: one ASCII character, with a space after it if that belongs to it; NULL finds comma, semicolon, tab or bar, or takes it from a first line "sep=;".
quote: one ASCII character, empty for none, by default ". escape: the character before a quote inside quotes, by default the quote itself.
encoding: any name that ICU or PostgreSQL has; NULL finds UTF-8, UTF-16 and UTF-32, else takes windows-1252. A byte order mark decides.
Lines end with CR, LF or CRLF. A stray quote is a character; so is one that never closes, and its record ends with its line.
Errors: 22023 for an option that cannot be; 22021 for bytes that are no text in the encoding and for NUL; 22P04 for a cell of more than 1 MiB or a record of more than 16 MiB or 65536 cells.
STABLE because encodings are those of the installed ICU.';
