-- Contacts: people and lines outside the company.

CREATE TABLE contact (
  contact_id          uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  source              text NOT NULL DEFAULT 'manual' CHECK (source <> '' AND length(source) <= 60),
  external_id         text CHECK (external_id <> '' AND length(external_id) <= 500),
  visibility          text NOT NULL DEFAULT 'restricted'
                      CHECK (visibility IN ('company', 'restricted', 'personal')),
  owner_id            uuid REFERENCES staff,
  shared_with         uuid[],
  editable_by         uuid[],
  organization_id     uuid REFERENCES organization,
  contact_type        text CHECK (contact_type IN ('lead', 'prospect', 'customer', 'other')),
  contact_level       text CHECK (contact_level IN ('primary', 'secondary', 'tertiary')),
  name_prefix         text,
  first_name          text,
  middle_name         text,
  last_name           text,
  name_suffix         text,
  nickname            text,
  phonetic_first_name text,
  phonetic_last_name  text,
  job_title           text,
  department          text,
  location            text,
  birth_date          date,
  birth_year_known    boolean NOT NULL DEFAULT true,
  language            text,
  websites            text[],
  custom              jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(custom) = 'object'),
  search              text[],
  merged_into         uuid REFERENCES contact ON DELETE CASCADE,
  version             int NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL,
  created_by          text NOT NULL,
  updated_at          timestamptz NOT NULL,
  updated_by          text NOT NULL,
  import_id           uuid,
  CONSTRAINT contact_merged_into_another CHECK (merged_into <> contact_id),
  CONSTRAINT contact_birth_year_unknown CHECK (birth_year_known OR extract(year FROM birth_date) = 1604)
);
-- One source's ID names one contact of the company; personal address books do not get in each other's way. Compared byte by
-- byte, here and in other indexes of text: faster than by a collation, and no new version of one makes them invalid.
CREATE UNIQUE INDEX contact_external_id_key ON contact (source text_pattern_ops, external_id text_pattern_ops)
  WHERE visibility <> 'personal' AND external_id IS NOT NULL;
CREATE UNIQUE INDEX contact_personal_external_id_key
  ON contact (owner_id, source text_pattern_ops, external_id text_pattern_ops) NULLS NOT DISTINCT
  WHERE visibility = 'personal' AND external_id IS NOT NULL;
CREATE INDEX contact_owner_id_idx ON contact (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX contact_organization_id_idx ON contact (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX contact_search_idx ON contact USING gin (search contacts.search_ops);
CREATE INDEX contact_merged_into_idx ON contact (merged_into) WHERE merged_into IS NOT NULL;

COMMENT ON TABLE contact IS 'Contacts outside the company; phones, e-mail addresses and other parts are in tables of their own.';
COMMENT ON COLUMN contact.source IS 'Where external_id comes from: 8x8, cinnox, genesys, …; manual when entered here.';
COMMENT ON COLUMN contact.external_id IS 'Key of the contact in its source: unique there among contacts that are not personal, and among the personal ones of one owner.';
COMMENT ON COLUMN contact.visibility IS 'company: everybody enrolled; restricted: the owner, those it is shared with, admins; personal: the owner alone.';
COMMENT ON COLUMN contact.owner_id IS 'The colleague whose contact it is.';
COMMENT ON COLUMN contact.shared_with IS 'Colleagues (staff_id) who may see a restricted contact; NULL: nobody.';
COMMENT ON COLUMN contact.editable_by IS 'Those of shared_with who may also edit it; NULL: nobody.';
COMMENT ON COLUMN contact.contact_type IS 'lead, prospect, customer or other.';
COMMENT ON COLUMN contact.contact_level IS 'primary, secondary or tertiary.';
COMMENT ON COLUMN contact.birth_date IS 'Has the year 1604, a leap year, where the year is unknown.';
COMMENT ON COLUMN contact.birth_year_known IS 'False: only day and month of birth_date count.';
COMMENT ON COLUMN contact.language IS 'BCP 47 tag, or as entered.';
COMMENT ON COLUMN contact.custom IS 'Custom fields by key (see custom_field), and what an import had no column for.';
COMMENT ON COLUMN contact.search IS 'Folded keys of names, title, department and organization, made when the row is written; first the version of what made them. For search @@ contacts.search_query(…).';
COMMENT ON COLUMN contact.merged_into IS 'The contact that took this one''s place when duplicates were merged.';
COMMENT ON COLUMN contact.version IS 'Starts at 1, one more with each change; set by the trigger, like all columns that follow.';
COMMENT ON COLUMN contact.created_at IS 'Start of the transaction that created the row.';
COMMENT ON COLUMN contact.created_by IS 'Login of who created the row, see contacts.actor().';
COMMENT ON COLUMN contact.updated_at IS 'Start of the transaction of the last change; never before that of the version before.';
COMMENT ON COLUMN contact.updated_by IS 'Login of who changed the row last.';
COMMENT ON COLUMN contact.import_id IS 'The import that created the row, if one did. Not a foreign key: deleting an import_run leaves contacts alone.';
