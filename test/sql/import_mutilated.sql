SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

-- Files that somebody or something broke: every one of them either is refused as a whole with an error that says so,
-- or accounts for every record; lines go upwards, faults belong to failed records, nothing of a failed record stays.
CREATE ROLE regress_import;
SELECT contacts.create_directory('crm', 'regress_import') IS NULL AS failed;
SET ROLE regress_import;
SET search_path = crm;
SET client_min_messages = warning;

-- Reproducible: a hash of the file's number and the step stands for chance.
CREATE FUNCTION chance(file int, step int, below int) RETURNS int LANGUAGE sql IMMUTABLE
  RETURN (hashint8extended(file * 1000 + step, 8) & 2147483647) % below;

CREATE TEMP TABLE sound AS
  SELECT 0 AS kind, convert_to($$First Name,Last Name,Type,Level,Company,Birth Date,Language,Group,Mobile,Work,Email,Street,Country,Twitter
Ann,"Lee, ""the"" boss",Lead,Primary,Acme,12/14/1980,English,VIP;Asia,+85212345678,,ann@acme.example,"1 Road
2nd floor",Hong Kong,@ann
Bob,Bee,,,Acme,,,,,+85223456789,bob@bee.example,,Switzerland,
Zoë,Müller,Others,Tertiary,,02/29,Thai,,,,"zoe@müller.example",,,
,曾国藩,Customer,,Beta,,,Asia,+8613912345678,,,,China,
$$, 'UTF8') AS content
  UNION ALL
  SELECT 1, convert_to($$Contact.FirstName,User.LastName,NickName,Contact.PhoneNumber,Contact.Emails,Contact.Custom.Field1,Contact.ContactID
Ann,Archer,Annie,+12345678901 WORK: +447890123456 MOBILE,ann@archer.example,one,
Ben,"Baker
of all",,14088001500 work,Ben@Baker.example,,
Zoë,Wu,,00442070966000 HOME,,"a;b",
$$, 'UTF8')
  UNION ALL
  SELECT 2, convert_to($$Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Work Phone Extension,Contact Work Email,Contact Country,Account ID,Account Name,Account Tags
c1,Ann,Archer,(317) 555-0123,42,ann@acme.example,US,a1,Acme,x;y
c2,Ben,Baker,call the desk,,,Narnia,a1,Acme,
,,,,,,,a2,Beta,"p,q"
c1,Ann,Again,,,,,a2,Beta & Co,
$$, 'UTF8');

CREATE FUNCTION mutilate(content bytea, file int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  at int;
  len int;
  piece bytea;
BEGIN
  FOR step IN 1 .. 1 + chance(file, 0, 6) LOOP
    len := length(content);
    CONTINUE WHEN len < 2;
    -- Mostly behind the header, or nothing but refused files would come of it.
    at := CASE WHEN chance(file, step * 10, 6) = 0 THEN chance(file, step * 10 + 1, len)
               ELSE least(len - 1, 100 + chance(file, step * 10 + 2, greatest(len - 100, 1))) END;
    CASE chance(file, step * 10 + 3, 10)
      WHEN 0 THEN content := set_byte(content, at, chance(file, step * 10 + 4, 256));
      WHEN 1 THEN content := set_byte(content, at, get_byte(content, at) # 128);
      WHEN 2, 3 THEN
        piece := convert_to((ARRAY['"', ',', ';', E'\n', E'\r', E'\t', '""', ',,,', E'"\n"', '\', '''', '='])[1 + chance(file, step * 10 + 5, 12)], 'UTF8');
        content := substr(content, 1, at) || piece || substr(content, at + 1);
      WHEN 4 THEN content := substr(content, 1, at) || '\x00' || substr(content, at + 1);
      WHEN 5 THEN content := substr(content, 1, at) || '\xefbbbf' || substr(content, at + 1);
      WHEN 6 THEN content := substr(content, 1, at) || substr(content, at + 2 + chance(file, step * 10 + 6, 40));
      WHEN 7 THEN content := content || substr(content, at);
      WHEN 8 THEN content := substr(content, 1, at);
      ELSE content := convert_to(replace(encode(content, 'escape'), ',', (ARRAY[';', E'\t', '|', ', '])[1 + chance(file, step * 10 + 7, 4)]), 'UTF8');
    END CASE;
  END LOOP;
  RETURN content;
END $$;

CREATE TEMP TABLE result (file int, refused text, state text);
DO $$
DECLARE
  content bytea;
  run record;
  before bigint;
  message text;
  code text;
BEGIN
  FOR file IN 1 .. 400 LOOP
    content := mutilate((SELECT s.content FROM sound s WHERE s.kind = file % 3), file);
    before := (SELECT count(*) FROM contact);
    BEGIN
      SELECT * INTO STRICT run
        FROM import_csv(content, mode => CASE WHEN file % 3 = 2 AND file % 5 = 0 THEN 'insert' END, strict => file % 7 = 0,
                        empty_cells => CASE file % 2 WHEN 0 THEN 'clear' ELSE 'keep' END);
      INSERT INTO result VALUES (file);
      IF run.inserted + run.updated + run.unchanged + run.failed + run.blank <> run.records THEN
        RAISE WARNING 'file %: records are not accounted for: %', file, run;
      END IF;
      IF (SELECT count(DISTINCT e.record) FROM import_error e WHERE e.import_id = run.import_id AND e.severity = 'error') <> run.failed THEN
        RAISE WARNING 'file %: failed records do not agree with their errors: %', file, run;
      END IF;
      IF (SELECT count(*) FROM import_error e WHERE e.import_id = run.import_id AND e.severity = 'warning') <> run.warnings THEN
        RAISE WARNING 'file %: warnings are not as counted: %', file, run;
      END IF;
      IF (SELECT count(*) FROM contact c WHERE c.import_id = run.import_id) + (SELECT count(*) FROM organization c WHERE c.import_id = run.import_id AND file % 3 = 2) < run.inserted
         OR (SELECT count(*) FROM contact) - before > run.inserted THEN
        RAISE WARNING 'file %: contacts are not as counted: %', file, run;
      END IF;
      IF EXISTS (SELECT FROM (SELECT e.line, lag(e.line) OVER (ORDER BY e.record) AS previous FROM import_error e
                               WHERE e.import_id = run.import_id AND e.record IS NOT NULL) x WHERE x.line < x.previous) THEN
        RAISE WARNING 'file %: line numbers go backwards', file;
      END IF;
      IF (SELECT count(*) FROM error_file(run.import_id)) <> run.failed + 1 THEN
        RAISE WARNING 'file %: the error file has % rows: %', file, (SELECT count(*) FROM error_file(run.import_id)), run;
      END IF;
      -- So does the error file, imported as it is.
      IF run.failed > 0 THEN
        SELECT * INTO STRICT run
          FROM import_csv(convert_to((SELECT string_agg(f, E'\n') FROM error_file(run.import_id) AS f), 'UTF8'), format => run.format,
                          mode => CASE WHEN run.options ->> 'mode' <> 'by_id' THEN run.options ->> 'mode' END, strict => file % 7 = 0,
                          delimiter => (SELECT r.delimiter FROM import_run r WHERE r.import_id = run.import_id),
                          empty_cells => CASE file % 2 WHEN 0 THEN 'clear' ELSE 'keep' END);
        IF run.inserted + run.updated + run.unchanged + run.failed + run.blank <> run.records THEN
          RAISE WARNING 'file %: records of the error file are not accounted for: %', file, run;
        END IF;
      END IF;
    EXCEPTION WHEN invalid_text_representation THEN
      GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE;
      INSERT INTO result VALUES (file, regexp_replace(message, '[0-9]+ records', 'n records'), code);
    END;
  END LOOP;
END $$;
SELECT count(*) BETWEEN 250 AND 399 AS many_were_read FROM result WHERE refused IS NULL;
SELECT refused, state, count(*) > 0 AS happened FROM result WHERE refused IS NOT NULL GROUP BY 1, 2 ORDER BY 1;
-- All kinds of faults but those of phones, which the library's version decides.
SELECT DISTINCT severity, code FROM import_error WHERE code !~ '^phone_' ORDER BY 1, 2;
SELECT count(*) AS without_contact FROM contact_phone p WHERE NOT EXISTS (SELECT FROM contact c WHERE c.contact_id = p.contact_id);
-- The session is as healthy as before.
SELECT records, inserted, failed FROM import_csv((SELECT content FROM sound WHERE kind = 0));

DROP TABLE sound, result;
RESET ROLE;
RESET search_path;
DROP SCHEMA crm CASCADE;
RESET client_min_messages;
DROP ROLE regress_import;
