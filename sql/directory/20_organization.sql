-- Organizations: the companies that contacts belong to.

CREATE TABLE organization (
  organization_id   uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  owner_id          uuid REFERENCES staff,
  source            text NOT NULL DEFAULT 'manual' CHECK (source <> '' AND length(source) <= 60),
  external_id       text CHECK (external_id <> '' AND length(external_id) <= 500),
  name              text NOT NULL CHECK (name <> ''),
  organization_type text,
  industry          text,
  phone             contacts.phone,
  phone_entered     text CHECK (phone_entered <> ''),
  fax               contacts.phone,
  fax_entered       text CHECK (fax_entered <> ''),
  street            text,
  street2           text,
  city              text,
  region            text,
  postal_code       text,
  country           text,
  websites          text[],
  employee_count    bigint CHECK (employee_count >= 0),
  revenue           numeric,
  ticker_symbol     text,
  ticker_exchange   text,
  tags              text[],
  custom            jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(custom) = 'object'),
  version           int NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL,
  created_by        text NOT NULL,
  updated_at        timestamptz NOT NULL,
  updated_by        text NOT NULL,
  import_id         uuid
);
-- One source's ID names one organization of the company; what came with personal contacts does not get in its way.
CREATE UNIQUE INDEX organization_external_id_key ON organization (source text_pattern_ops, external_id text_pattern_ops)
  WHERE owner_id IS NULL AND external_id IS NOT NULL;
-- Also those without an ID, so that it serves the foreign key of owner_id, too.
CREATE UNIQUE INDEX organization_private_external_id_key
  ON organization (owner_id, source text_pattern_ops, external_id text_pattern_ops)
  WHERE owner_id IS NOT NULL;
-- Imports look organizations up by exact name; a hash takes names of any length, a btree entry has a limit.
CREATE INDEX organization_name_idx ON organization USING hash (name);
COMMENT ON TABLE organization IS 'Companies and other organizations that contacts belong to.';
COMMENT ON COLUMN organization.owner_id IS 'NULL: everybody enrolled sees it; else a private one that this colleague alone sees, such as those that come with his personal contacts.';
COMMENT ON COLUMN organization.source IS 'Where external_id comes from: 8x8, cinnox, genesys, …; manual when entered here.';
COMMENT ON COLUMN organization.external_id IS 'Key of the organization in its source, unique there among those of the company, and among the private ones of one colleague.';
COMMENT ON COLUMN organization.phone_entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN organization.fax_entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN organization.country IS 'ISO 3166-1 alpha-2 where the country is known, else as entered.';
COMMENT ON COLUMN organization.revenue IS 'As the source gives it, without a currency.';
COMMENT ON COLUMN organization.custom IS 'Custom fields by key (see custom_field), and what an import had no column for.';
COMMENT ON COLUMN organization.version IS 'Starts at 1, one more with each change; set by the trigger, like all columns that follow.';
COMMENT ON COLUMN organization.created_at IS 'Start of the transaction that created the row.';
COMMENT ON COLUMN organization.created_by IS 'Login of who created the row, see contacts.actor().';
COMMENT ON COLUMN organization.updated_at IS 'Start of the transaction of the last change; never before that of the version before.';
COMMENT ON COLUMN organization.updated_by IS 'Login of who changed the row last.';
COMMENT ON COLUMN organization.import_id IS 'The import that created the row, if one did. Not a foreign key: deleting an import_run leaves contacts alone.';

-- zz_: after all other BEFORE triggers, so that their changes count as changes.
CREATE TRIGGER zz_stamp BEFORE INSERT OR UPDATE ON organization
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row();
COMMENT ON TRIGGER zz_stamp ON organization IS 'Sets version, created_*, updated_* and import_id, whatever was written.';
