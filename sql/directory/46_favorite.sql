-- What colleagues keep for themselves: favourites and blocked numbers.

CREATE TABLE favorite (
  staff_id     uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  favorite_id  uuid GENERATED ALWAYS AS (coalesce(contact_id, colleague_id)) STORED,
  contact_id   uuid REFERENCES contact ON DELETE CASCADE,
  colleague_id uuid REFERENCES staff ON DELETE CASCADE,
  added_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, favorite_id),
  CONSTRAINT favorite_contact_or_colleague CHECK (num_nonnulls(contact_id, colleague_id) = 1)
);
CREATE INDEX favorite_contact_id_idx ON favorite (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX favorite_colleague_id_idx ON favorite (colleague_id) WHERE colleague_id IS NOT NULL;
CREATE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON favorite
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON favorite IS 'Makes all sessions read anew what contacts.is_listed() knows.';
COMMENT ON TABLE favorite IS 'Contacts and colleagues that a colleague wants at hand; seen by himself alone.';
COMMENT ON COLUMN favorite.staff_id IS 'Whose favourite it is.';
COMMENT ON COLUMN favorite.favorite_id IS 'contact_id or colleague_id, whichever is set.';
COMMENT ON COLUMN favorite.colleague_id IS 'staff_id of the colleague.';

ALTER TABLE favorite ENABLE ROW LEVEL SECURITY;
CREATE POLICY favorite_own ON favorite
  USING (staff_id = contacts.acting_staff('staff'::regclass))
  WITH CHECK (staff_id = contacts.acting_staff('staff'::regclass));
COMMENT ON POLICY favorite_own ON favorite IS 'To everybody his own.';

CREATE TABLE blocked_number (
  staff_id   uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  channel    text NOT NULL CHECK (channel IN ('call', 'sms')),
  number     text NOT NULL CHECK (number ~ '^\+[0-9]{1,20}\*?$'),
  blocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (staff_id, channel, number)
);
CREATE TRIGGER list_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON blocked_number
  FOR EACH STATEMENT EXECUTE FUNCTION contacts.list_changed();
COMMENT ON TRIGGER list_changed ON blocked_number IS 'Makes all sessions read anew what contacts.is_listed() knows.';
COMMENT ON TABLE blocked_number IS 'Numbers from which a colleague wants no calls or messages; seen by himself alone.';
COMMENT ON COLUMN blocked_number.channel IS 'call or sms.';
COMMENT ON COLUMN blocked_number.number IS 'Number without extension, +41791234567, or the beginning of numbers, +4179*.';

ALTER TABLE blocked_number ENABLE ROW LEVEL SECURITY;
CREATE POLICY blocked_number_own ON blocked_number
  USING (staff_id = contacts.acting_staff('staff'::regclass))
  WITH CHECK (staff_id = contacts.acting_staff('staff'::regclass));
COMMENT ON POLICY blocked_number_own ON blocked_number IS 'To everybody his own.';

-- Who acts, for what everybody keeps for himself.
CREATE FUNCTION _check_acting() RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE WHEN contacts.acting_staff('staff'::regclass) IS NULL
              THEN contacts._raise('42501', format('"%s" is not enrolled', contacts._quoted(contacts.actor())),
                                   'Favourites and blocked numbers are those of a colleague.',
                                   'enroll() makes somebody a member of the directory.') END;
  SELECT contacts.acting_staff('staff'::regclass);
END;
COMMENT ON FUNCTION _check_acting() IS 'staff_id of who acts; error 42501 where he is not enrolled.';

CREATE FUNCTION add_favorite(id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO favorite (staff_id, contact_id, colleague_id)
  SELECT _check_acting(), c.contact_id, s.staff_id
    FROM (SELECT) AS one
    LEFT JOIN contact c ON c.contact_id = add_favorite.id
    LEFT JOIN staff s ON s.staff_id = add_favorite.id AND c.contact_id IS NULL
   WHERE CASE WHEN num_nonnulls(c.contact_id, s.staff_id) = 1 THEN true
              ELSE contacts._raise('P0002', format('there is no contact or colleague "%s"', add_favorite.id),
                                   'It does not exist, or is not visible to who acts.') END
      ON CONFLICT (staff_id, favorite_id) DO NOTHING;
END;
COMMENT ON FUNCTION add_favorite(uuid) IS 'Makes a contact (contact_id) or a colleague (staff_id) a favourite of who acts; nothing happens where it is one. Errors: P0002 nothing of this id that who acts can see, 42501 not enrolled.';

CREATE FUNCTION remove_favorite(id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH removed AS (
    DELETE FROM favorite f
     WHERE f.staff_id = contacts.acting_staff('staff'::regclass) AND f.favorite_id = remove_favorite.id
    RETURNING f.favorite_id)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION remove_favorite(uuid) IS 'Removes a favourite of who acts; whether it was one.';

-- What is stored for a number, or a prefix with an asterisk.
CREATE FUNCTION _blocked_key(number text, channel text) RETURNS text
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN _blocked_key.channel IS NULL OR _blocked_key.channel NOT IN ('call', 'sms')
             THEN contacts._raise('22023', format('unknown channel "%s"', contacts._quoted(coalesce(_blocked_key.channel, ''))),
                                  'Numbers are blocked for call or sms.')
           WHEN _blocked_key.number LIKE '%*'
                AND regexp_replace(_blocked_key.number, '[ ()./-]', '', 'g') !~ '^\+[1-9][0-9]{0,18}\*$'
             THEN contacts._raise('22P02', format('invalid prefix "%s"', contacts._quoted(_blocked_key.number)),
                                  'A prefix is + and 1 to 19 digits, calling code first, then an asterisk.',
                                  'Write it like +4179*.')
         END;
  SELECT CASE WHEN _blocked_key.number LIKE '%*' THEN regexp_replace(_blocked_key.number, '[ ()./-]', '', 'g')
              ELSE contacts.phone_base(contacts.phone_parse(_blocked_key.number))::text END;
END;
COMMENT ON FUNCTION _blocked_key(text, text) IS 'blocked_number.number for a number in any notation or a prefix with an asterisk. Errors: 22023 unknown channel, 22P02 no number.';

CREATE FUNCTION _insert_blocked(key text, channel text, force boolean) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT contacts._raise('55000', format('number "%s" belongs to %s', known.number, contacts._quoted(known.name)),
                         'Numbers of colleagues and of visible contacts are not blocked by mistake.',
                         'Call block_number() with force => true.')
    FROM (SELECT p.number, s.display_name AS name
            FROM staff_phone p JOIN staff s ON s.staff_id = p.staff_id
           WHERE p.number ^@ rtrim(_insert_blocked.key, '*')
             AND (_insert_blocked.key LIKE '%*' OR contacts.phone_base(p.number)::text = _insert_blocked.key)
          UNION ALL
          SELECT p.number, coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.nickname, 'a contact')
            FROM contact_phone p JOIN contact c ON c.contact_id = p.contact_id
           WHERE p.number ^@ rtrim(_insert_blocked.key, '*')
             AND (_insert_blocked.key LIKE '%*' OR contacts.phone_base(p.number)::text = _insert_blocked.key)
           LIMIT 1) AS known
   WHERE NOT coalesce(_insert_blocked.force, false);
  INSERT INTO blocked_number (staff_id, channel, number)
  VALUES (_check_acting(), _insert_blocked.channel, _insert_blocked.key)
      ON CONFLICT (staff_id, channel, number) DO NOTHING;
END;
COMMENT ON FUNCTION _insert_blocked(text, text, boolean) IS 'Of block_number(), with what _blocked_key() gives.';

CREATE FUNCTION block_number(number text, channel text, force boolean DEFAULT false) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _insert_blocked(_blocked_key(block_number.number, block_number.channel), block_number.channel, block_number.force);
END;
COMMENT ON FUNCTION block_number(text, text, boolean) IS 'Blocks a number (any notation, see contacts.default_region) or all that begin alike (+4179*) for who acts; channel: call or sms. Errors: 55000 where it is a colleague''s or a visible contact''s and force is not set, 22P02 no number, 22023 another channel, 42501 not enrolled.';

CREATE FUNCTION unblock_number(number text, channel text) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH removed AS (
    DELETE FROM blocked_number b
     WHERE b.staff_id = contacts.acting_staff('staff'::regclass) AND b.channel = unblock_number.channel
       AND b.number = _blocked_key(unblock_number.number, unblock_number.channel)
    RETURNING b.number)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION unblock_number(text, text) IS 'Takes a number or prefix, as it was blocked, from the list of who acts; whether it was there. Errors: 22P02 no number, 22023 another channel.';

-- One index condition for the number and each of its beginnings, made before the table is looked at: below a policy an
-- expression over another relation's columns gets no index.
CREATE FUNCTION is_blocked(number text, channel text) RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM blocked_number b
     WHERE b.staff_id = contacts.acting_staff('staff'::regclass) AND b.channel = is_blocked.channel
       AND b.number = ANY (
             ARRAY(SELECT left(e.number, n) || CASE WHEN n <= length(e.number) THEN '*' ELSE '' END
                     FROM (SELECT contacts.phone_base(contacts.phone_try_parse(is_blocked.number))::text AS number OFFSET 0) AS e,
                          generate_series(2, length(e.number) + 1) AS n)));
END;
COMMENT ON FUNCTION is_blocked(text, text) IS 'Whether who acts has blocked the number, or a beginning of it, for the channel (call or sms); false for what is no number. STABLE: follows the table, who acts, and contacts.default_region.';
