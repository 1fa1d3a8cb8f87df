-- A contact's parts. They repeat the contact's access columns, so that a policy needs to look at the row alone:
-- the row trigger sets them, without a look at the contact where this transaction created it, and a change at the
-- contact is copied here by the contact's trigger.

CREATE TABLE contact_phone (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  number      contacts.phone,
  entered     text CHECK (entered <> ''),
  accepts_sms boolean,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position),
  CONSTRAINT contact_phone_has_number CHECK (number IS NOT NULL OR entered IS NOT NULL)
);
CREATE INDEX contact_phone_number_idx ON contact_phone (number);
-- The last four digits say enough to be looked up by, and are few enough to be stored once each.
CREATE INDEX contact_phone_suffix_idx ON contact_phone (contacts.phone_suffix(number, 4) text_pattern_ops);
COMMENT ON TABLE contact_phone IS 'Phone and fax numbers of contacts.';
COMMENT ON COLUMN contact_phone.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_phone.label IS 'Lower case: work, mobile, home, fax, main, pager, other, …';
COMMENT ON COLUMN contact_phone.entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN contact_phone.accepts_sms IS 'NULL: not known.';
COMMENT ON COLUMN contact_phone.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_phone.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_phone.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_phone.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_email (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  address     contacts.email NOT NULL,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position)
);
CREATE INDEX contact_email_address_idx ON contact_email (address);
-- For a domain and for its beginning, whatever the database's collation.
CREATE INDEX contact_email_domain_idx ON contact_email (contacts.email_domain(address) text_pattern_ops);
COMMENT ON TABLE contact_email IS 'E-mail addresses of contacts.';
COMMENT ON COLUMN contact_email.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_email.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_email.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_email.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_email.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_email.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_address (
  contact_id      uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position        int NOT NULL CHECK (position >= 1),
  label           text NOT NULL DEFAULT 'other'
                  CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  street          text,
  street2         text,
  city            text,
  region          text,
  postal_code     text,
  country         text CHECK (country ~ '^[A-Z]{2}$'),
  country_entered text CHECK (country_entered <> ''),
  owner_id        uuid,
  visibility      text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with     uuid[],
  editable_by     uuid[],
  PRIMARY KEY (contact_id, position)
);
COMMENT ON TABLE contact_address IS 'Postal addresses of contacts.';
COMMENT ON COLUMN contact_address.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_address.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_address.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN contact_address.country_entered IS 'The country as typed, where no code could be made of it.';
COMMENT ON COLUMN contact_address.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_address.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_address.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_address.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_social (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  network     text NOT NULL
              CHECK (network <> '' AND length(network) <= 40 AND network = lower(network COLLATE "C")),
  handle      text NOT NULL CHECK (handle <> ''),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position)
);
COMMENT ON TABLE contact_social IS 'Accounts of contacts on social networks and messengers.';
COMMENT ON COLUMN contact_social.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_social.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_social.network IS 'Lower case: twitter, whatsapp, line, wechat, …';
COMMENT ON COLUMN contact_social.handle IS 'Name or id of the account on the network.';
COMMENT ON COLUMN contact_social.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_social.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_social.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_social.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_group (
  group_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  owner_id    uuid REFERENCES staff DEFAULT contacts.private_owner('staff'::regclass),
  name        text NOT NULL CHECK (name <> '' AND length(name) <= 500),
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor(),
  -- The order serves look-ups by name, too.
  CONSTRAINT contact_group_name_key UNIQUE NULLS NOT DISTINCT (name, owner_id)
);
COMMENT ON TABLE contact_group IS 'Groups (tags, categories, labels) that contacts can be members of.';
COMMENT ON COLUMN contact_group.owner_id IS 'NULL: a group of the company, made by admins; else a label that this colleague alone sees. By default an admin''s is the company''s.';
COMMENT ON COLUMN contact_group.created_by IS 'Login of who created the group.';

CREATE TABLE contact_group_member (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  group_id    uuid NOT NULL REFERENCES contact_group ON DELETE CASCADE,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, group_id)
);
CREATE INDEX contact_group_member_group_id_idx ON contact_group_member (group_id);
COMMENT ON TABLE contact_group_member IS 'Which contact is in which group.';
COMMENT ON COLUMN contact_group_member.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_group_member.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_group_member.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_group_member.editable_by IS 'editable_by of the contact.';
