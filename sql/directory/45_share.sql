-- Sharing and transfer. Who may is decided by the policies here; the triggers carry it out at the contact, as the owner
-- of the tables, since the contact's own columns are closed to everybody else.

CREATE TABLE contact_share (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  staff_id    uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  can_edit    boolean NOT NULL DEFAULT false,
  shared_by   text NOT NULL DEFAULT contacts.actor(),
  shared_at   timestamptz NOT NULL DEFAULT now(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, staff_id),
  CONSTRAINT contact_share_not_personal CHECK (visibility <> 'personal')
);
CREATE INDEX contact_share_staff_id_idx ON contact_share (staff_id);
COMMENT ON TABLE contact_share IS 'Who shared which contact with whom; contact.shared_with and contact.editable_by follow it.';
COMMENT ON COLUMN contact_share.staff_id IS 'The colleague it is shared with.';
COMMENT ON COLUMN contact_share.can_edit IS 'Whether he may also edit it. Counts for restricted contacts: company ones are edited by their owner and admins.';
COMMENT ON COLUMN contact_share.shared_by IS 'Login of who shared it first.';
COMMENT ON COLUMN contact_share.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_share.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_share.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_share.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_transfer (
  transfer_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id     uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  from_staff     uuid REFERENCES staff,
  to_staff       uuid NOT NULL REFERENCES staff,
  transferred_by text NOT NULL DEFAULT contacts.actor(),
  transferred_at timestamptz NOT NULL DEFAULT now(),
  owner_id       uuid,
  visibility     text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with    uuid[],
  editable_by    uuid[]
);
CREATE INDEX contact_transfer_contact_id_idx ON contact_transfer (contact_id);
COMMENT ON TABLE contact_transfer IS 'Who gave which contact to whom; a row that is inserted changes contact.owner_id.';
COMMENT ON COLUMN contact_transfer.from_staff IS 'The owner before, set by the trigger; NULL: there was none.';
COMMENT ON COLUMN contact_transfer.to_staff IS 'The new owner.';
COMMENT ON COLUMN contact_transfer.transferred_by IS 'Login of who gave it: the owner or an admin.';
COMMENT ON COLUMN contact_transfer.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_transfer.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_transfer.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_transfer.editable_by IS 'editable_by of the contact.';

-- The policies judge what inherit_access read from the contact, whatever was written: no WHEN (visibility IS NULL) here.
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_share
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_share
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON contact_share
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('shared_by', 'shared_at');
CREATE TRIGGER zz_apply_insert AFTER INSERT ON contact_share
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('contact');
CREATE TRIGGER zz_apply_update AFTER UPDATE ON contact_share
  FOR EACH ROW WHEN (OLD.contact_id <> NEW.contact_id OR OLD.staff_id <> NEW.staff_id OR OLD.can_edit <> NEW.can_edit)
  EXECUTE FUNCTION contacts.apply_share('contact');
CREATE TRIGGER zz_apply_delete AFTER DELETE ON contact_share
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION contacts.apply_share('contact');
COMMENT ON TRIGGER inherit_access ON contact_share IS 'Fills the access columns from the contact, and locks it: two who share it wait for each other.';
COMMENT ON TRIGGER inherit_access_again ON contact_share IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON contact_share IS 'Sets shared_by and shared_at, whatever was written.';
COMMENT ON TRIGGER zz_apply_insert ON contact_share IS 'Sets shared_with and editable_by of the contacts.';
COMMENT ON TRIGGER zz_apply_update ON contact_share IS 'Sets shared_with and editable_by of the contact.';
COMMENT ON TRIGGER zz_apply_delete ON contact_share IS 'Sets shared_with and editable_by of the contacts.';

CREATE TRIGGER inherit_access BEFORE INSERT ON contact_transfer
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT ON contact_transfer
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('transferred_by', 'transferred_at', 'from_staff');
CREATE TRIGGER zz_apply_insert AFTER INSERT ON contact_transfer
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  EXECUTE FUNCTION contacts.apply_transfer('contact', 'contact_share');
COMMENT ON TRIGGER inherit_access ON contact_transfer IS 'Fills the access columns from the contact, and locks it: the policy judges who owns it now.';
COMMENT ON TRIGGER stamp_author ON contact_transfer IS 'Sets from_staff, transferred_by and transferred_at, whatever was written.';
COMMENT ON TRIGGER zz_apply_insert ON contact_transfer IS 'Gives the contacts to their new owners.';

ALTER TABLE contact_share ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_share_read ON contact_share FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_share_create ON contact_share FOR INSERT
  WITH CHECK (contacts.may_manage('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_share_edit ON contact_share FOR UPDATE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
CREATE POLICY contact_share_delete ON contact_share FOR DELETE
  USING (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_share_read ON contact_share IS 'Who sees the contact sees with whom it is shared.';
COMMENT ON POLICY contact_share_create ON contact_share IS 'The owner and admins share.';
COMMENT ON POLICY contact_share_edit ON contact_share IS 'The owner and admins change can_edit.';
COMMENT ON POLICY contact_share_delete ON contact_share IS 'The owner and admins take it back.';

ALTER TABLE contact_transfer ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_transfer_read ON contact_transfer FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_transfer_create ON contact_transfer FOR INSERT
  WITH CHECK (contacts.may_manage('staff'::regclass, owner_id, visibility));
COMMENT ON POLICY contact_transfer_read ON contact_transfer IS 'Who sees the contact sees whose it was.';
COMMENT ON POLICY contact_transfer_create ON contact_transfer IS 'The owner and admins give a contact away. There is none for changing or deleting: what happened stays.';

-- ---- what the functions share

-- Whether the current user is above the policies: the owner of the directory, or a superuser.
CREATE FUNCTION _acts_as_owner() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT NOT row_security_active('contact'::regclass::oid);
END;
COMMENT ON FUNCTION _acts_as_owner() IS 'Whether row-level security does not apply: to the owner of the directory and superusers.';

-- One that is hidden and one that does not exist are told apart by nobody.
CREATE FUNCTION _check_contact(contact_id uuid, manage boolean) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN c.contact_id IS NULL
             THEN contacts._raise('P0002', format('there is no contact "%s"', _check_contact.contact_id),
                                  'It does not exist, or is not visible to who acts.')
           WHEN _acts_as_owner() THEN true
           WHEN manage AND NOT contacts.may_manage('staff'::regclass, c.owner_id, c.visibility)
             THEN contacts._raise('42501', format('permission denied for contact "%s"', _check_contact.contact_id),
                                  'A contact is shared, transferred and deleted by its owner and by admins.')
           WHEN NOT manage AND NOT contacts.may_edit('staff'::regclass, c.owner_id, c.visibility, c.editable_by)
             THEN contacts._raise('42501', format('permission denied to edit contact "%s"', _check_contact.contact_id),
                                  CASE c.visibility WHEN 'company' THEN 'A company contact is edited by its owner and by admins.'
                                    ELSE 'It is edited by its owner, by admins, and by those it is shared with for editing.' END,
                                  'Permission "edit" is needed, too.')
           ELSE true
         END
    FROM (SELECT) AS one LEFT JOIN contact c ON c.contact_id = _check_contact.contact_id;
END;
COMMENT ON FUNCTION _check_contact(uuid, boolean) IS 'True, or an error: P0002 where who acts sees no such contact, 42501 where he may not edit it (or, with "manage", share, transfer and delete it).';

CREATE FUNCTION _colleague(login text, enrolled boolean DEFAULT true) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN s.staff_id IS NULL
             THEN contacts._raise('42704', format('there is no colleague with login "%s"', contacts._quoted(coalesce(_colleague.login, ''))),
                                  NULL, 'enroll() makes somebody a member of the directory.')
           WHEN _colleague.enrolled AND s.permissions = '{}'
             THEN contacts._raise('55000', format('"%s" has no access to the directory', contacts._quoted(s.login)),
                                  'Without a permission nobody sees anything in it.', 'enroll() gives permissions.')
           ELSE true
         END
    FROM (SELECT) AS one LEFT JOIN staff s ON s.login = _colleague.login;
  SELECT s.staff_id FROM staff s WHERE s.login = _colleague.login;
END;
COMMENT ON FUNCTION _colleague(text, boolean) IS 'staff_id of this login. Errors: 42704 where nobody has it, 55000 where he is dismissed and must not be.';

-- ---- sharing

CREATE FUNCTION share_contact(contact_id uuid, login text, can_edit boolean DEFAULT false) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(share_contact.contact_id, true);
  SELECT CASE
           WHEN c.visibility = 'personal'
             THEN contacts._raise('55000', format('contact "%s" is personal', share_contact.contact_id),
                                  'A personal contact is its owner''s alone.',
                                  'Make it restricted first: UPDATE contact SET visibility = ''restricted''.')
           WHEN c.owner_id = _colleague(share_contact.login)
             THEN contacts._raise('22023', format('"%s" owns contact "%s"', contacts._quoted(share_contact.login), share_contact.contact_id),
                                  'A contact is shared with others than its owner.')
         END
    FROM contact c WHERE c.contact_id = share_contact.contact_id;
  INSERT INTO contact_share AS h (contact_id, staff_id, can_edit)
  VALUES (share_contact.contact_id, _colleague(share_contact.login), coalesce(share_contact.can_edit, false))
      ON CONFLICT (contact_id, staff_id) DO UPDATE SET can_edit = EXCLUDED.can_edit
   WHERE h.can_edit <> EXCLUDED.can_edit;
END;
COMMENT ON FUNCTION share_contact(uuid, text, boolean) IS 'Lets the colleague of this login see a restricted contact, and with can_edit change it; once more to change can_edit. For the contact''s owner and admins. Errors: P0002 no such contact for who acts, 42501 not his to share, 42704 nobody of this login, 55000 a personal contact or a colleague without access, 22023 the owner himself.';

-- The contact is locked first, as everywhere: whoever deletes it meanwhile goes before or after.
CREATE FUNCTION unshare_contact(contact_id uuid, login text) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(unshare_contact.contact_id, true);
  SELECT FROM contact c WHERE c.contact_id = unshare_contact.contact_id FOR NO KEY UPDATE;
  WITH removed AS (
    DELETE FROM contact_share h
     WHERE h.contact_id = unshare_contact.contact_id AND h.staff_id = _colleague(unshare_contact.login, false)
    RETURNING h.staff_id)
  SELECT EXISTS (SELECT FROM removed);
END;
COMMENT ON FUNCTION unshare_contact(uuid, text) IS 'Takes the contact from the colleague again; whether it was shared with him. Errors as share_contact().';

-- ---- transfer

CREATE FUNCTION transfer_contact(contact_id uuid, login text) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT _check_contact(transfer_contact.contact_id, true);
  INSERT INTO contact_transfer (contact_id, to_staff)
  SELECT transfer_contact.contact_id, t.staff_id
    FROM (SELECT _colleague(transfer_contact.login) AS staff_id) AS t
   WHERE NOT EXISTS (SELECT FROM contact c
                      WHERE c.contact_id = transfer_contact.contact_id AND c.owner_id = t.staff_id);
END;
COMMENT ON FUNCTION transfer_contact(uuid, text) IS 'Gives the contact to the colleague of this login. Who gave it sees it no longer, unless it is shared with him or everybody''s; other shares stay. For the contact''s owner and admins. Errors: P0002 no such contact for who acts, 42501 not his to give, 42704 nobody of this login, 55000 a colleague without access.';

CREATE FUNCTION transfer_all(from_login text, to_login text) RETURNS bigint
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT CASE
           WHEN transfer_all.from_login = transfer_all.to_login
             THEN contacts._raise('22023', format('"%s" cannot be both giver and receiver', contacts._quoted(transfer_all.to_login)))
           WHEN _acts_as_owner() OR contacts.has_permission('staff'::regclass, 'admin') THEN true
           WHEN transfer_all.from_login = contacts.actor() AND contacts.has_permission('staff'::regclass, 'edit') THEN true
           ELSE contacts._raise('42501', format('permission denied to transfer the contacts of "%s"', contacts._quoted(coalesce(transfer_all.from_login, ''))),
                                'That is for admins, and for colleagues themselves with permission "edit".')
         END;
  SELECT _colleague(transfer_all.from_login, false), _colleague(transfer_all.to_login);
  WITH giver AS MATERIALIZED (
    SELECT s.staff_id, s.login = contacts.actor() AS acts FROM staff s WHERE s.login = transfer_all.from_login),
  receiver AS MATERIALIZED (
    SELECT s.staff_id FROM staff s WHERE s.login = transfer_all.to_login),
  -- Locked in one order, and looked at again once they are: what somebody gave away meanwhile is not his any more.
  given AS MATERIALIZED (
    SELECT c.contact_id
      FROM giver g JOIN contact c ON c.owner_id = g.staff_id
     WHERE g.acts OR c.visibility <> 'personal'
     ORDER BY c.contact_id
       FOR NO KEY UPDATE OF c),
  transferred AS (
    INSERT INTO contact_transfer (contact_id, to_staff)
    SELECT g.contact_id, r.staff_id FROM given g CROSS JOIN receiver r
    RETURNING 1)
  SELECT count(*) FROM transferred;
END;
COMMENT ON FUNCTION transfer_all(text, text) IS 'Gives all contacts of one colleague to another, when he leaves; how many. His personal ones only where he acts himself: nobody else gives them away. For himself and admins. Errors: 42501, 42704 nobody of this login, 55000 a receiver without access, 22023 twice the same.';
