-- Phone numbers: the line behind an extension, and numbers that are being typed.

-- One line, several extensions: a range of a btree, too.

CREATE OR REPLACE FUNCTION contacts.phone_line_last(number contacts.phone) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_line_last';
COMMENT ON FUNCTION contacts.phone_line_last(contacts.phone) IS 'The last number, in order, that is the same but for its extension; phone_base() is the first. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_line_support(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_line_support';
COMMENT ON FUNCTION contacts.phone_line_support(internal) IS 'Tells the planner which range of a btree a line is, and how many numbers it has.';

CREATE OR REPLACE FUNCTION contacts.phone_same_line(number contacts.phone, other contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  SUPPORT contacts.phone_line_support
  AS 'MODULE_PATHNAME', 'contacts_phone_same_line';
COMMENT ON FUNCTION contacts.phone_same_line(contacts.phone, contacts.phone) IS 'Whether both numbers are the same but for their extensions. With an indexed column first, a range of its btree index. Never an error.';

-- How many numbers a line has is not known of a range whose ends are made when the scan starts: PostgreSQL would expect
-- a ninth of the table, and compile such a plan in a large one.
CREATE OR REPLACE FUNCTION contacts.phone_le_selectivity(internal, oid, internal, integer) RETURNS double precision
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_le_selectivity';
COMMENT ON FUNCTION contacts.phone_le_selectivity(internal, oid, internal, integer) IS 'Estimates how many numbers are up to another: as scalarlesel(), but of phone_line_last() those of one line, of phone_prefix_last() those with one prefix, beside the condition for the other end of the range.';
ALTER OPERATOR pg_catalog.<= (contacts.phone, contacts.phone) SET (RESTRICT = contacts.phone_le_selectivity);

-- What is being typed.

CREATE OR REPLACE FUNCTION contacts.phone_digits(input text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_digits';
COMMENT ON FUNCTION contacts.phone_digits(text) IS 'The digits, as ASCII, of a text that has nothing else but what people write between them (and a plus sign before them); NULL for another text, one of more than 200 bytes or of more than 20 digits. IMMUTABLE: no metadata is asked. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_prefixes(input text, region text = NULL) RETURNS text[]
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_prefixes';
COMMENT ON FUNCTION contacts.phone_prefixes(text, text) IS 'Beginnings of numbers, + and digits, that somebody may mean who has typed this much of one, the likeliest first: for number ^@ prefix. Region as in phone_try_parse(). Empty for a text that is not written like a number. Never an error. STABLE: follows a setting and the installed metadata.';
