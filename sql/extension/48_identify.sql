-- Who is calling: what identify() of a directory asks beside its contacts. What it asks seldom is no part of its plan,
-- of which every table and expression costs every execution, but of statements that the session keeps prepared: for
-- each function that is given here, one.

CREATE TYPE contacts.colleague AS (
  kind         text,
  id           uuid,
  display_name text,
  job_title    text,
  phone        contacts.phone,
  label        text,
  matched      text,
  "position"   int
);
COMMENT ON TYPE contacts.colleague IS 'A colleague, as identify() answers.';

CREATE TYPE contacts.caller AS (
  number     contacts.phone,
  dialled    text,
  acting     uuid,
  is_blocked boolean,
  colleague  contacts.colleague
);
COMMENT ON TYPE contacts.caller IS 'What contacts.identify_caller() answers: the number that was dialled, its text without spaces around it, who acts, whether he has blocked calls from it; and a colleague, or NULL.';

CREATE OR REPLACE FUNCTION contacts.identify_caller(staff regclass, staff_phone regclass, staff_extension regclass, blocked_number regclass,
                                                    colleague regprocedure, is_blocked regprocedure, number text, region text)
  RETURNS SETOF contacts.caller
  LANGUAGE c STABLE PARALLEL SAFE COST 20 ROWS 1
  AS 'MODULE_PATHNAME', 'contacts_identify_caller';
COMMENT ON FUNCTION contacts.identify_caller(regclass, regclass, regclass, regclass, regprocedure, regprocedure, text, text) IS 'Of identify(): a row without a colleague where the text is a number, see contacts.phone_try_parse(), and one for each colleague who has it. The tables are those of one directory, the functions those that ask them where contacts.is_listed() does not know: colleague(number text, extension text) and is_blocked(number text, channel text). STABLE: reads the directory as who calls.';

CREATE OR REPLACE FUNCTION contacts.identify_fits(number contacts.phone, dialled contacts.phone, extension text, exact regprocedure) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_identify_fits';
COMMENT ON FUNCTION contacts.identify_fits(contacts.phone, contacts.phone, text, regprocedure) IS 'Of identify(): whether a number on the line that was dialled counts: it is the same, or nobody has exactly that number or extension, as the function exact(number text, extension text) answers. STABLE: reads the directory as who calls.';

CREATE OR REPLACE FUNCTION contacts.identify_favorite(favorite regclass, staff regclass, id uuid, otherwise regprocedure) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_identify_favorite';
COMMENT ON FUNCTION contacts.identify_favorite(regclass, regclass, uuid, regprocedure) IS 'Of identify(): whether the contact or colleague is a favourite of who acts, by contacts.is_listed(), and where it does not know, by the function otherwise(id uuid). STABLE: reads the directory as who calls.';
