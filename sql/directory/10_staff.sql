-- Staff: who uses the directory, and the company's own contacts.

CREATE TABLE staff (
  staff_id       uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  login          text UNIQUE CHECK (login <> ''),
  kind           text NOT NULL DEFAULT 'person'
                 CHECK (kind IN ('person', 'auto_attendant', 'call_group', 'call_queue')),
  display_name   text NOT NULL CHECK (display_name <> ''),
  first_name     text,
  last_name      text,
  job_title      text,
  department     text,
  location       text,
  email          contacts.email,
  permissions    text[] NOT NULL DEFAULT '{}'
                 CHECK (permissions <@ ARRAY['view', 'edit', 'import', 'export', 'admin']
                        AND array_position(permissions, NULL) IS NULL),
  avatar         text,
  presence       text,
  status_message text,
  search         text[]
);
CREATE INDEX staff_search_idx ON staff USING gin (search contacts.search_ops);
CREATE INDEX staff_email_idx ON staff (email);
COMMENT ON TABLE staff IS 'Who uses the directory, and the company''s own contacts: colleagues, auto attendants, call groups and queues.';
COMMENT ON COLUMN staff.login IS 'What contacts.actor() answers when this colleague acts; NULL: no access.';
COMMENT ON COLUMN staff.kind IS 'person, auto_attendant, call_group or call_queue.';
COMMENT ON COLUMN staff.permissions IS 'Any of view, edit, import, export, admin.';
COMMENT ON COLUMN staff.avatar IS 'URL of a picture.';
COMMENT ON COLUMN staff.search IS 'Folded keys of names, title and department, made when the row is written. For search @@ contacts.search_query(…).';

CREATE TABLE staff_extension (
  staff_id  uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  service   text NOT NULL DEFAULT 'work'
            CHECK (service <> '' AND length(service) <= 40 AND service = lower(service COLLATE "C")),
  extension text NOT NULL CHECK (extension ~ '^[0-9*#]{1,20}$'),
  PRIMARY KEY (staff_id, service, extension)
);
CREATE INDEX staff_extension_extension_idx ON staff_extension (extension);
COMMENT ON TABLE staff_extension IS 'Internal extensions of a colleague by service: one person may hold several licences.';
COMMENT ON COLUMN staff_extension.service IS 'Lower case: work, contact_center, …';

CREATE TABLE staff_phone (
  staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  position int NOT NULL CHECK (position >= 1),
  label    text NOT NULL DEFAULT 'work'
           CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  number   contacts.phone,
  entered  text CHECK (entered <> ''),
  PRIMARY KEY (staff_id, position),
  CONSTRAINT staff_phone_has_number CHECK (number IS NOT NULL OR entered IS NOT NULL)
);
CREATE INDEX staff_phone_number_idx ON staff_phone (number);
CREATE INDEX staff_phone_suffix_idx ON staff_phone (contacts.phone_suffix(number, 4) text_pattern_ops);
COMMENT ON TABLE staff_phone IS 'Outside numbers and fax of a colleague, in the order of "position".';
COMMENT ON COLUMN staff_phone.label IS 'Lower case: work, mobile, home, fax, other, …';
COMMENT ON COLUMN staff_phone.entered IS 'What was typed, where no number could be made of it or it differs.';
