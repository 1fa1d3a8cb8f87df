# A database with a directory, dumped and restored: exactly what was there, without an error, by the superuser and
# by the database's owner, in one stream and in parallel.
use strict;
use warnings;

use ContactsTest;
use PostgreSQL::Test::Utils qw(run_command slurp_file);
use Test::More;

my $node = ContactsTest->new_node('restore', create_extension => 0);
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $tmp = PostgreSQL::Test::Utils::tempdir();

# Runs a command that is to say nothing.
sub silent_ok {
    my ($command, $what) = @_;
    local $ENV{PGHOST} = $node->host;
    local $ENV{PGPORT} = $node->port;
    my ($stdout, $stderr) = run_command($command);
    is($?, 0, "$what: succeeds");
    is("$stdout$stderr", '', "$what: says nothing");
    return;
}

# A database as text: schema and data.
sub dump_of {
    my ($database) = @_;
    my $file = "$tmp/$database.dump";
    silent_ok([ 'pg_dump', '-U', $superuser, '-d', $database, '-f', $file ], "dump of $database");
    my $dump = slurp_file($file);
    $dump =~ s/^\\(un)?restrict .*$//mg;    # a random key
    return $dump;
}

# The directory of a small shop, owned by an ordinary role.
$node->safe_psql('postgres', 'CREATE ROLE shop LOGIN');
$node->safe_psql('postgres', 'CREATE ROLE clerk LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE shop OWNER shop');
my @as_shop = (extra_params => [ '-U', 'shop' ]);
$node->safe_psql('shop', <<'SQL', @as_shop);
CREATE EXTENSION contacts;
SELECT contacts.create_directory('crm');
SET search_path = crm;
INSERT INTO staff (staff_id, login, display_name, email, permissions)
VALUES ('00000000-0000-7000-8000-0000000000a1', 'alice', 'Alice', 'alice@example.com', '{view,edit}');
INSERT INTO staff_extension VALUES ('00000000-0000-7000-8000-0000000000a1', 'work', '4711');
INSERT INTO staff_phone VALUES ('00000000-0000-7000-8000-0000000000a1', 1, 'work', '+41446681800');
INSERT INTO organization (organization_id, source, external_id, name, phone, tags)
VALUES ('00000000-0000-7000-8000-000000000001', 'genesys', 'A1', 'Müller AG', '+41446681800', '{retail,vip}');
INSERT INTO contact (source, external_id, visibility, owner_id, organization_id, first_name, birth_date, birth_year_known, custom)
SELECT 'genesys', i, CASE i % 3 WHEN 0 THEN 'company' WHEN 1 THEN 'restricted' ELSE 'personal' END,
       '00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-000000000001', 'Contact ' || i,
       '1604-02-29', false, jsonb_build_object('no', i)
  FROM generate_series(1, 300) AS i;
INSERT INTO contact_phone (contact_id, position, label, number, accepts_sms) SELECT contact_id, 1, 'work', '+41446681800', true FROM contact;
INSERT INTO contact_phone (contact_id, position, entered) SELECT contact_id, 2, 'ask at reception' FROM contact;
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, 1, 'c' || external_id || '@example.com' FROM contact;
INSERT INTO contact_address (contact_id, position, city, country) SELECT contact_id, 1, 'Zürich', 'CH' FROM contact;
INSERT INTO contact_social (contact_id, position, network, handle) SELECT contact_id, 1, 'line', external_id FROM contact;
INSERT INTO contact_group (group_id, name) VALUES ('00000000-0000-7000-8000-0000000000e1', 'Friends');
INSERT INTO contact_group_member (contact_id, group_id) SELECT contact_id, '00000000-0000-7000-8000-0000000000e1' FROM contact;
INSERT INTO custom_field VALUES ('no', 'Number', 'number');
INSERT INTO import_run (import_id, format, records, inserted, failed, header)
VALUES ('00000000-0000-7000-8000-0000000000d1', 'genesys', 2, 1, 1, '{Contact Id}');
INSERT INTO import_error (import_id, ordinal, line, record, severity, code, message, cells)
VALUES ('00000000-0000-7000-8000-0000000000d1', 1, 3, 2, 'error', 'required_missing', 'no last name', '{7,""}');
UPDATE contact SET last_name = 'Muster' WHERE external_id LIKE '1%';
-- A history that a restore must neither lose nor add to: of columns, parts, custom fields and a contact that is gone.
UPDATE contact_phone SET label = 'home' WHERE position = 1;
UPDATE contact SET custom = custom || '{"seen": true}' WHERE external_id LIKE '2%';
DELETE FROM contact_email WHERE address = 'c5@example.com';
DELETE FROM contact WHERE external_id = '299';
UPDATE contact SET shared_with = ARRAY[owner_id] WHERE visibility = 'restricted';
-- Access columns that differ from the contact's: they too come back as they were.
UPDATE contact_email SET visibility = 'personal' WHERE address = 'c3@example.com';
-- What the DBA made of it.
ALTER TABLE contact ADD COLUMN loyalty_card text NOT NULL DEFAULT 'none';
UPDATE contact SET loyalty_card = 'gold' WHERE external_id = '1';
CREATE INDEX contact_loyalty_card_idx ON contact (loyalty_card);
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN NEW.loyalty_card := upper(NEW.loyalty_card); RETURN NEW; END $$;
CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION crm.shout();
CREATE VIEW friend AS SELECT contact_id, number FROM contact_phone WHERE number IS NOT NULL AND label IS DISTINCT FROM 'fax';
GRANT USAGE ON SCHEMA crm TO clerk;
GRANT SELECT ON contact TO clerk;
SQL
my $original = dump_of('shop');
like($original, qr/^COPY crm\.contact .*loyalty_card/m, 'the dump has the data of the directory');

# Whether the triggers are back at work: what one insert and one update give.
my $work = <<'SQL';
WITH c AS (
  INSERT INTO crm.contact (first_name, visibility, created_by) VALUES ('New', 'company', 'mallory') RETURNING *
), p AS (
  INSERT INTO crm.contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681800' FROM c RETURNING visibility
)
SELECT c.version, c.created_by, c.loyalty_card, p.visibility FROM c, p;
UPDATE crm.contact SET visibility = 'restricted' WHERE first_name = 'New' RETURNING version;
SELECT p.visibility FROM crm.contact_phone p JOIN crm.contact USING (contact_id) WHERE first_name = 'New';
SELECT l.version, l.changed_by, l.changes ->> 'visibility', l.visibility FROM crm.change_log l JOIN crm.contact USING (contact_id) WHERE first_name = 'New';
SELECT count(*) FILTER (WHERE c.version = 1 + (SELECT count(*) FROM crm.change_log l WHERE l.contact_id = c.contact_id)), max(c.version)
  FROM crm.contact c WHERE first_name <> 'New';
SELECT l.action, crm.contact_as_of(l.contact_id, l.changed_at - interval '1 microsecond') ->> 'first_name' FROM crm.change_log l WHERE l.action = 'delete';
SQL

for my $who ([ superuser => $superuser ], [ owner => 'shop' ]) {
    my ($name, $role) = @$who;
    for my $way (qw(plain parallel)) {
        my $copy = "${way}_as_$name";
        $node->safe_psql('postgres', "CREATE DATABASE $copy OWNER shop");
        if ($way eq 'plain') {
            silent_ok([ 'pg_dump', '-U', $role, '-d', 'shop', '-f', "$tmp/$copy.sql" ], "$copy: dump");
            silent_ok(
                [ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-U', $role, '-d', $copy, '-f', "$tmp/$copy.sql" ],
                "$copy: restore");
        } else {
            silent_ok([ 'pg_dump', '-U', $role, '-Fd', '-j2', '-d', 'shop', '-f', "$tmp/$copy" ], "$copy: dump");
            silent_ok([ 'pg_restore', '-U', $role, '-j2', '-d', $copy, "$tmp/$copy" ], "$copy: restore");
        }
        ok(dump_of($copy) eq $original, "$copy: schema and data are what they were");
        is($node->safe_psql($copy, $work, @as_shop), "1|shop|NONE|company\n2\nrestricted\n2|shop|[\"company\", \"restricted\"]|restricted\n299|6\ndelete|Contact 299",
            "$copy: rows can be written, with a history that goes on");
        is($node->safe_psql($copy, q{SELECT schema, owner FROM contacts.directories}), 'crm|shop', "$copy: is a directory");
    }
}

# The schema alone, into a database that has the engine.
$node->safe_psql('postgres', 'CREATE DATABASE schema_alone OWNER shop');
$node->safe_psql('schema_alone', 'CREATE EXTENSION contacts', @as_shop);
silent_ok([ 'pg_dump', '-U', 'shop', '-d', 'shop', '-n', 'crm', '-f', "$tmp/crm.sql" ], 'schema alone: dump');
silent_ok(
    [ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-U', 'shop', '-d', 'schema_alone', '-f', "$tmp/crm.sql" ],
    'schema alone: restore');
ok(dump_of('schema_alone') eq $original, 'schema alone: is what it was');

$node->stop;
done_testing();
