-- Activity: what happened with a contact. Whoever sees the contact sees it; whoever sees the contact and may edit at all adds
-- to it; an entry is changed and deleted by who wrote it, and by admins.

CREATE TABLE contact_note (
  note_id     uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  body        text NOT NULL CHECK (body <> ''),
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  import_id   uuid,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[]
);
CREATE INDEX contact_note_contact_id_idx ON contact_note (contact_id, created_at);
COMMENT ON TABLE contact_note IS 'Notes about contacts.';
COMMENT ON COLUMN contact_note.body IS 'Plain text.';
COMMENT ON COLUMN contact_note.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN contact_note.import_id IS 'The import that made the note, if one did: undo_import() takes it back.';
COMMENT ON COLUMN contact_note.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_note.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_note.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_note.editable_by IS 'editable_by of the contact.';

CREATE TABLE inquiry (
  inquiry_id  uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel     text NOT NULL DEFAULT 'other'
              CHECK (channel <> '' AND length(channel) <= 40 AND channel = lower(channel COLLATE "C")),
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'pending', 'closed')),
  subject     text,
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  handled_by  uuid REFERENCES staff,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  CONSTRAINT inquiry_ends_after_start CHECK (ended_at >= started_at)
);
CREATE INDEX inquiry_contact_id_idx ON inquiry (contact_id, started_at);
COMMENT ON TABLE inquiry IS 'Conversations that contacts began: calls, chats, messages.';
COMMENT ON COLUMN inquiry.channel IS 'Lower case: call, sms, email, chat, whatsapp, web, other, …';
COMMENT ON COLUMN inquiry.status IS 'open, pending or closed.';
COMMENT ON COLUMN inquiry.handled_by IS 'The colleague who takes care of it.';
COMMENT ON COLUMN inquiry.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN inquiry.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN inquiry.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN inquiry.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN inquiry.editable_by IS 'editable_by of the contact.';

CREATE TABLE engagement (
  engagement_id uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id    uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  channel       text NOT NULL DEFAULT 'other'
                CHECK (channel <> '' AND length(channel) <= 40 AND channel = lower(channel COLLATE "C")),
  subject       text,
  outcome       text,
  number        contacts.phone,
  address       contacts.email,
  started_at    timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,
  made_by       uuid REFERENCES staff,
  created_at    timestamptz NOT NULL DEFAULT now(),
  created_by    text NOT NULL DEFAULT contacts.actor(),
  owner_id      uuid,
  visibility    text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with   uuid[],
  editable_by   uuid[],
  CONSTRAINT engagement_ends_after_start CHECK (ended_at >= started_at)
);
CREATE INDEX engagement_contact_id_idx ON engagement (contact_id, started_at);
COMMENT ON TABLE engagement IS 'Calls, messages and e-mails from the company to contacts.';
COMMENT ON COLUMN engagement.channel IS 'Lower case: call, sms, email, other, …';
COMMENT ON COLUMN engagement.outcome IS 'What came of it: answered, no_answer, sent, …';
COMMENT ON COLUMN engagement.number IS 'The number that was called or written to.';
COMMENT ON COLUMN engagement.address IS 'The e-mail address that was written to.';
COMMENT ON COLUMN engagement.made_by IS 'The colleague who called or wrote.';
COMMENT ON COLUMN engagement.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN engagement.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN engagement.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN engagement.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN engagement.editable_by IS 'editable_by of the contact.';

CREATE TABLE visit (
  visit_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  url         text NOT NULL CHECK (url <> ''),
  title       text,
  referrer    text,
  visited_at  timestamptz NOT NULL DEFAULT now(),
  left_at     timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  CONSTRAINT visit_ends_after_start CHECK (left_at >= visited_at)
);
CREATE INDEX visit_contact_id_idx ON visit (contact_id, visited_at);
COMMENT ON TABLE visit IS 'Pages that contacts looked at.';
COMMENT ON COLUMN visit.title IS 'Title of the page.';
COMMENT ON COLUMN visit.referrer IS 'URL of the page before.';
COMMENT ON COLUMN visit.left_at IS 'NULL: not known.';
COMMENT ON COLUMN visit.created_by IS 'Login of who wrote the entry.';
COMMENT ON COLUMN visit.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN visit.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN visit.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN visit.editable_by IS 'editable_by of the contact.';

-- Access columns and author, as the policies need them: whatever was written, they are set.
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_note
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_note
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON contact_note
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON contact_note IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON contact_note IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON contact_note IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE TRIGGER inherit_access BEFORE INSERT ON inquiry
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON inquiry
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON inquiry
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON inquiry IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON inquiry IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON inquiry IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE TRIGGER inherit_access BEFORE INSERT ON engagement
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON engagement
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON engagement
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON engagement IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON engagement IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON engagement IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';
CREATE TRIGGER inherit_access BEFORE INSERT ON visit
  FOR EACH ROW EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON visit
  FOR EACH ROW WHEN (NEW.contact_id <> OLD.contact_id
                     OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.visibility IS DISTINCT FROM OLD.visibility
                     OR NEW.shared_with IS DISTINCT FROM OLD.shared_with
                     OR NEW.editable_by IS DISTINCT FROM OLD.editable_by)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER stamp_author BEFORE INSERT OR UPDATE ON visit
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_author('created_by', 'created_at');
COMMENT ON TRIGGER inherit_access ON visit IS 'Fills the access columns from the contact.';
COMMENT ON TRIGGER inherit_access_again ON visit IS 'Nobody gives a row other access columns than the contact''s.';
COMMENT ON TRIGGER stamp_author ON visit IS 'Sets created_by and created_at, whatever was written; only the directory''s owner brings entries of others.';

ALTER TABLE contact_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY contact_note_read ON contact_note FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY contact_note_create ON contact_note FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY contact_note_edit ON contact_note FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY contact_note_delete ON contact_note FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY contact_note_read ON contact_note IS 'Who may see the contact.';
COMMENT ON POLICY contact_note_create ON contact_note IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY contact_note_edit ON contact_note IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY contact_note_delete ON contact_note IS 'Who wrote the entry, and admins.';
ALTER TABLE inquiry ENABLE ROW LEVEL SECURITY;
CREATE POLICY inquiry_read ON inquiry FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY inquiry_create ON inquiry FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY inquiry_edit ON inquiry FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY inquiry_delete ON inquiry FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY inquiry_read ON inquiry IS 'Who may see the contact.';
COMMENT ON POLICY inquiry_create ON inquiry IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY inquiry_edit ON inquiry IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY inquiry_delete ON inquiry IS 'Who wrote the entry, and admins.';
ALTER TABLE engagement ENABLE ROW LEVEL SECURITY;
CREATE POLICY engagement_read ON engagement FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY engagement_create ON engagement FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY engagement_edit ON engagement FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY engagement_delete ON engagement FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY engagement_read ON engagement IS 'Who may see the contact.';
COMMENT ON POLICY engagement_create ON engagement IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY engagement_edit ON engagement IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY engagement_delete ON engagement IS 'Who wrote the entry, and admins.';
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY visit_read ON visit FOR SELECT
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with));
CREATE POLICY visit_create ON visit FOR INSERT
  WITH CHECK (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
              AND contacts.has_permission('staff'::regclass, 'edit'));
CREATE POLICY visit_edit ON visit FOR UPDATE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
CREATE POLICY visit_delete ON visit FOR DELETE
  USING (contacts.may_read('staff'::regclass, owner_id, visibility, shared_with)
         AND contacts.has_permission('staff'::regclass, 'edit')
         AND (created_by = contacts.actor() OR contacts.has_permission('staff'::regclass, 'admin')));
COMMENT ON POLICY visit_read ON visit IS 'Who may see the contact.';
COMMENT ON POLICY visit_create ON visit IS 'Who sees the contact and has permission edit.';
COMMENT ON POLICY visit_edit ON visit IS 'Who wrote the entry, and admins.';
COMMENT ON POLICY visit_delete ON visit IS 'Who wrote the entry, and admins.';

CREATE VIEW activity WITH (security_invoker = true) AS
  SELECT n.contact_id, 'note'::text AS kind, n.note_id AS activity_id, n.created_at AS at, n.created_by AS who,
         NULL::text AS channel, n.body AS summary, NULL::timestamptz AS ended_at
    FROM contact_note n
  UNION ALL
  SELECT i.contact_id, 'inquiry', i.inquiry_id, i.started_at,
         coalesce((SELECT s.login FROM staff s WHERE s.staff_id = i.handled_by), i.created_by),
         i.channel, concat_ws(': ', i.status, i.subject), i.ended_at
    FROM inquiry i
  UNION ALL
  SELECT e.contact_id, 'engagement', e.engagement_id, e.started_at,
         coalesce((SELECT s.login FROM staff s WHERE s.staff_id = e.made_by), e.created_by),
         e.channel, concat_ws(': ', e.outcome, e.subject, coalesce(e.number::text, e.address::text)), e.ended_at
    FROM engagement e
  UNION ALL
  SELECT v.contact_id, 'visit', v.visit_id, v.visited_at, NULL, 'web', coalesce(v.title || ' ' || v.url, v.url), v.left_at
    FROM visit v;
COMMENT ON VIEW activity IS 'Notes, inquiries, engagements and visits as one timeline.';
COMMENT ON COLUMN activity.kind IS 'note, inquiry, engagement or visit.';
COMMENT ON COLUMN activity.activity_id IS 'Key of the entry in the table of its kind.';
COMMENT ON COLUMN activity.at IS 'When it began; of a note, when it was written.';
COMMENT ON COLUMN activity.who IS 'Login of the colleague who handled it or called, else of who wrote it down; NULL for visits.';
COMMENT ON COLUMN activity.ended_at IS 'NULL: has no end, or not known.';
