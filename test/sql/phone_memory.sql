-- What phone numbers leave behind in a backend: little after all regions, nothing after a million errors.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- Memory of its own that this backend holds, in kB (Linux).
CREATE FUNCTION phone_memory() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s+(\d+)')::bigint
$$;

-- Every region and every calling code: parsed, judged and written.
CREATE FUNCTION phone_every_region(OUT regions bigint, OUT codes bigint) LANGUAGE sql AS $$
  SELECT (SELECT count(DISTINCT chr(a) || chr(b))
          FROM generate_series(65, 90) a, generate_series(65, 90) b, generate_series(7, 10) length,
            contacts.phone_try_parse(left('2212345678', length), chr(a) || chr(b)) number
          WHERE contacts.phone_is_possible(number) AND contacts.phone_is_valid(number) IS NOT NULL
            AND contacts.phone_format(number, 'national') <> ''),
         (SELECT count(*) FROM generate_series(1, 999) i, contacts.phone_try_parse('+' || i || '20123456') number
          WHERE contacts.phone_is_possible(number) AND contacts.phone_is_valid(number) IS NOT NULL
            AND contacts.phone_format(number) <> '')
$$;

-- From a backend that has not loaded the extension yet; what a query by itself needs is there before.
\c -
SELECT count(DISTINCT chr(a) || chr(b)) FROM generate_series(65, 90) a, generate_series(65, 90) b, generate_series(7, 10) c,
  upper(left('2212345678', c)) d WHERE d <> '';
SELECT phone_memory() AS before \gset
SELECT regions > 200 AS regions, codes > 200 AS codes FROM phone_every_region();
SELECT phone_memory() - :before < 2048 AS less_than_2_mb;

-- Refused by the compiled numbering plans, by libphonenumber, and with an error that is caught.
CREATE FUNCTION phone_failures(many int, few int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  refused bigint := 0;
  texts text[] := ARRAY['+41 44 668 18 00 11 22 33 44', '044 668 18 00', '+999 123 4567', '+41 44 668',
                        '+49 00 30 123456', '+1 253 0000'];
BEGIN
  FOR i IN 1 .. many LOOP
    refused := refused + (contacts.phone_try_parse(texts[1 + i % 6]) IS NULL)::int;
  END LOOP;
  FOR i IN 1 .. few LOOP
    refused := refused + (contacts.phone_try_parse('no number, ' || i || ' times') IS NULL)::int;
    BEGIN
      PERFORM contacts.phone_parse('+41 44 668 18 00 home ' || i);
    EXCEPTION WHEN invalid_text_representation THEN
      refused := refused + 1;
    END;
  END LOOP;
  RETURN refused;
END
$$;
SELECT phone_failures(6000, 3000);
SELECT phone_memory() AS before \gset
SELECT phone_failures(1000000, 20000);
SELECT phone_memory() - :before < 256 AS nothing_stays;

DROP FUNCTION phone_failures, phone_every_region, phone_memory;
