-- What a directory's functions need to say what is wrong with their arguments, and to store lists.

-- VOLATILE: an error is an effect; it must not be evaluated ahead of the condition it stands under.
CREATE OR REPLACE FUNCTION contacts._raise(sqlstate text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL) RETURNS boolean
  LANGUAGE c VOLATILE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_raise';
COMMENT ON FUNCTION contacts._raise(text, text, text, text) IS 'Raises an error, for SQL functions; never returns.';

CREATE OR REPLACE FUNCTION contacts._quoted(value text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_quoted';
COMMENT ON FUNCTION contacts._quoted(text) IS 'A value as it may stand in a message: at most 80 characters, invisible ones as \xNN.';

-- STABLE: as phone_parse().
CREATE OR REPLACE FUNCTION contacts._draft_phone(key text, number text, extension text DEFAULT NULL) RETURNS contacts.phone
  LANGUAGE c STABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_draft_phone';
COMMENT ON FUNCTION contacts._draft_phone(text, text, text) IS 'As phone_parse(), with an extension; errors begin with the key that the number stands under. NULL without a number.';

CREATE OR REPLACE FUNCTION contacts._draft_email(key text, address text) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_draft_email';
COMMENT ON FUNCTION contacts._draft_email(text, text) IS 'Reads an e-mail address; errors (22P02) begin with the key that it stands under.';

CREATE OR REPLACE FUNCTION contacts._place_parts(positions int[], stored text[], wanted text[]) RETURNS int[]
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_place_parts';
COMMENT ON FUNCTION contacts._place_parts(int[], text[], text[]) IS 'Positions for the entries of a list that takes the place of a stored one, so that what is equal stays where it is; the stored ones in ascending order of their positions.';
