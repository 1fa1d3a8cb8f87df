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
    # Rows of different size need not come to lie in the order in which they were loaded.
    $dump =~ s/^(COPY crm\.change_log .*?;\n)(.*?)^\\\.$/$1 . join('', sort($2 =~ m{[^\n]*\n}g)) . '\\.'/msge;
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
        is($node->safe_psql($copy, $work, @as_shop), "1|shop|NONE|company\n2\nrestricted\n2|shop|[\"company\", \"restricted\"]|restricted\n299|11\ndelete|Contact 299",
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

# Another cluster: pg_dumpall -g brings the roles, and the right to speak for others, which no pg_dump has. Rights work right after it.
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE ann LOGIN; CREATE ROLE ben LOGIN; CREATE ROLE boss LOGIN; CREATE ROLE app LOGIN;
GRANT SET ON PARAMETER contacts.actor TO app;
SQL
$node->safe_psql('shop', <<'SQL', @as_shop);
SELECT crm.enroll('ann', 'Ann', '{view,edit}'), crm.enroll('ben', 'Ben', '{view,edit}'), crm.enroll('boss', 'Boss', '{admin}');
SELECT crm.enroll_pool('app');
SQL
$node->safe_psql('shop', <<'SQL', extra_params => [ '-U', 'ann' ]);
INSERT INTO crm.contact (contact_id, first_name, visibility)
VALUES ('00000000-0000-7000-8000-0000000000c1', 'Shared', 'restricted'), ('00000000-0000-7000-8000-0000000000c2', 'Own', 'personal'),
       ('00000000-0000-7000-8000-0000000000c3', 'Given', 'restricted');
SELECT crm.share_contact('00000000-0000-7000-8000-0000000000c1', 'ben', true);
SELECT crm.transfer_contact('00000000-0000-7000-8000-0000000000c3', 'ben');
INSERT INTO crm.contact_note (contact_id, body) VALUES ('00000000-0000-7000-8000-0000000000c1', 'by Ann');
SQL
$node->safe_psql('shop', q{UPDATE crm.contact SET nickname = 'x' WHERE first_name = 'Shared'}, extra_params => [ '-U', 'ben' ]);
$original = dump_of('shop');
silent_ok([ 'pg_dumpall', '-U', $superuser, '-g', '-f', "$tmp/globals.sql" ], 'another cluster: roles');
my $other = ContactsTest->new_node('other', create_extension => 0);
# The superuser of both has the same name, and is there already.
my $globals = join '', grep { !/^(CREATE|ALTER) ROLE "?\Q$superuser\E"?[ ;]/ } slurp_file("$tmp/globals.sql") =~ /[^\n]*\n/g;
like($globals, qr/GRANT SET ON PARAMETER "?contacts\.actor"? TO app/, 'another cluster: pg_dumpall -g has the right to set the actor');
$other->safe_psql('postgres', $globals);
$other->safe_psql('postgres', 'CREATE DATABASE shop OWNER shop');
{
    local $ENV{PGHOST} = $other->host;
    local $ENV{PGPORT} = $other->port;
    my ($stdout, $stderr) = run_command([ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-U', $superuser, '-d', 'shop', '-f', "$tmp/shop.dump" ]);
    is($stderr, '', 'another cluster: restore says nothing');
    run_command([ 'pg_dump', '-U', $superuser, '-d', 'shop', '-f', "$tmp/other.dump" ]);
}
my $restored = slurp_file("$tmp/other.dump");
$restored =~ s/^\\(un)?restrict .*$//mg;
# The same rows; where they come to lie is not the same.
sub sorted { return $_[0] =~ s/^(COPY .*?;\n)(.*?)^\\\.$/$1 . join('', sort($2 =~ m{[^\n]*\n}g)) . '\\.'/msger; }
ok(sorted($restored) eq sorted($original), 'another cluster: owners, sharing, versions and the log are what they were');
my $seen = q{SELECT string_agg(first_name || ' ' || version, ', ' ORDER BY first_name) FROM crm.contact WHERE first_name IN ('Shared', 'Own', 'Given')};
for my $expected ([ ann => 'Own 1, Shared 3' ], [ ben => 'Given 2, Shared 3' ], [ boss => 'Given 2, Shared 3' ]) {
    my ($who, $what) = @$expected;
    is($other->safe_psql('shop', $seen, extra_params => [ '-U', $who ]), $what, "another cluster: what $who sees");
    is($other->safe_psql('shop', "BEGIN; SET LOCAL contacts.actor = '$who'; $seen; COMMIT", extra_params => [ '-U', 'app' ]), $what, "another cluster: the pool for $who");
}
is($other->safe_psql('shop', $seen, extra_params => [ '-U', 'app' ]), '', 'another cluster: the pool for nobody');
is($other->safe_psql('shop', <<'SQL', extra_params => [ '-U', 'ben' ]), "4\nben ben ann", 'another cluster: who may edit still may, and the log goes on');
UPDATE crm.contact SET nickname = 'y' WHERE first_name = 'Shared' RETURNING version;
SELECT string_agg(changed_by, ' ' ORDER BY version DESC) FROM crm.change_log WHERE contact_id = '00000000-0000-7000-8000-0000000000c1';
SQL
my ($out, $err);
$other->psql('shop', q{UPDATE crm.contact SET owner_id = contacts.acting_staff('crm.staff') WHERE first_name = 'Shared'}, stderr => \$err, extra_params => [ '-U', 'ben' ]);
like($err, qr/column "owner_id" cannot be changed by an update/, 'another cluster: nobody takes a contact over');
$other->psql('shop', q{DELETE FROM crm.change_log}, stderr => \$err, extra_params => [ '-U', 'ben' ]);
like($err, qr/permission denied for table change_log/, 'another cluster: nor changes its log');
$other->stop;

$node->stop;
done_testing();
