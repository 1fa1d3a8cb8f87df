-- src/pg/guard.h: every class of error crosses between C++ and the backend with all it says, leaves no C++ object alive,
-- and the session goes on. The functions that raise them are in the library, but only a test makes them callable.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

CREATE FUNCTION guard_probe(kind text) RETURNS text LANGUAGE c STRICT AS '$libdir/contacts', 'contacts_guard_probe';
CREATE FUNCTION guard_probe_live() RETURNS int LANGUAGE c STRICT AS '$libdir/contacts', 'contacts_guard_probe_live';

-- Uncaught, as a client sees it.
SELECT guard_probe('none');
SELECT guard_probe('value');
SELECT guard_probe('error');
SELECT guard_probe('backend');
SELECT guard_probe_live() AS live;

-- Caught by SQLSTATE in a subtransaction, with everything it carries.
CREATE FUNCTION probe(kind text, OUT state text, OUT message text, OUT detail text, OUT hint text, OUT constraint_name text, OUT live int)
LANGUAGE plpgsql AS $$
BEGIN
  message := guard_probe(kind);
  live := guard_probe_live();
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
    hint = PG_EXCEPTION_HINT, constraint_name = CONSTRAINT_NAME;
  live := guard_probe_live();
END
$$;
SELECT kind, p.*
FROM unnest(ARRAY['none', 'value', 'error', 'plain error', 'bad_alloc', 'exception', 'unknown', 'percent', 'too large',
                  'backend', 'backend value', 'spi', 'nested', 'survive', 'no such kind']) AS kind, probe(kind) AS p;

-- Texts longer than the guard carries are cut between characters.
SELECT state, octet_length(message) AS message, octet_length(detail) AS detail, octet_length(hint) AS hint,
       message || detail || hint ~ '^(ä|€)*$' AS whole_characters, live
FROM probe('long');

-- A cancel that arrives inside a backend call.
SET statement_timeout = '100ms';
SELECT guard_probe('sleep');
RESET statement_timeout;
SELECT guard_probe_live() AS live;

-- Many, nested in subtransactions and mixed with writes: what was written outside stays, what was inside goes.
CREATE TEMP TABLE written (i int, kind text);
DO $$
DECLARE
  kinds text[] := ARRAY['value', 'error', 'bad_alloc', 'exception', 'unknown', 'backend', 'spi', 'nested', 'survive', 'none'];
BEGIN
  FOR i IN 1..2000 LOOP
    INSERT INTO written VALUES (i, 'outside');
    BEGIN
      INSERT INTO written VALUES (i, 'inside');
      PERFORM guard_probe(kinds[1 + i % 10]);
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
END
$$;
SELECT kind, count(*) FROM written GROUP BY kind ORDER BY kind;
SELECT guard_probe_live() AS live;

-- An error in the middle of a transaction aborts it, and only it.
BEGIN;
INSERT INTO written VALUES (0, 'aborted');
SAVEPOINT s;
SELECT guard_probe('nested');
ROLLBACK TO s;
SELECT guard_probe('survive');
SELECT guard_probe('exception');
SELECT 1;
ROLLBACK;
SELECT count(*) AS aborted FROM written WHERE kind = 'aborted';

-- Prepared statements and cursors that fail half-way: the session stays healthy.
PREPARE ask(text) AS SELECT guard_probe($1);
EXECUTE ask('none');
EXECUTE ask('backend');
EXECUTE ask('none');
BEGIN;
DECLARE c CURSOR FOR SELECT guard_probe(k) FROM unnest(ARRAY['none', 'none', 'unknown']) AS k;
FETCH 2 FROM c;
FETCH 1 FROM c;
COMMIT;
SELECT sum(i) FROM generate_series(1, 1000) AS i;
SELECT guard_probe_live() AS live;

DROP FUNCTION probe(text);
DROP FUNCTION guard_probe(text);
DROP FUNCTION guard_probe_live();
