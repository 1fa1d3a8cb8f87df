-- The CSV reader alone. Imports read files with the same reader, but account for every record where this function
-- stops or is lenient.

-- STABLE: encodings other than UTF-8 are those of the installed ICU. Not STRICT: an option that is NULL is found out.
CREATE OR REPLACE FUNCTION contacts.read_csv(content bytea, delimiter text = NULL, quote text = NULL,
                                             escape text = NULL, encoding text = NULL, on_error text = 'stop',
                                             max_field_bytes integer = NULL,
                                             OUT line bigint, OUT cells text[], OUT role text,
                                             OUT table_number integer, OUT fault text)
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1000
  AS 'MODULE_PATHNAME', 'contacts_read_csv';
COMMENT ON FUNCTION contacts.read_csv(bytea, text, text, text, text, text, integer) IS
'Records of a CSV text (RFC 4180), the header among them; blank records are left out, a NULL content has none.
line: physical, from 1, where the record starts. cells: as many as the record has. role: preamble, header or data, found by the shape of the records.
table_number: from 1; a header that comes again begins another table; NULL in the preamble. fault: what is wrong with the record, as "code: message", else NULL.
delimiter: up to 8 ASCII characters; NULL finds comma, semicolon, tab, bar, two bars, ^, ~, colon or space, or takes it from a first line "sep=;". Spaces behind it belong to it where all have one.
quote: one ASCII character, empty for none; NULL finds ", apostrophe or backtick. escape: the character before a quote inside quotes; NULL finds the quote itself or backslash.
encoding: any name that ICU or PostgreSQL has; NULL finds UTF-8, UTF-16 and UTF-32, else takes windows-1252. A byte order mark decides.
Lines end with CR, LF or CRLF. A stray quote is a character; so is one that never closes, and its record ends with its line, with the fault unterminated_quote.
on_error: "stop" raises what cannot be text: 22021 for bytes that are no text in the encoding and for NUL; 22P04 for a cell of more than max_field_bytes (NULL: 1 MiB) or a record of more than 16 MiB or 65536 cells. "keep" returns such records with their fault, bad bytes written \xNN and what is too large cut.
Errors: 22023 for an option that cannot be.
STABLE because encodings are those of the installed ICU.';
