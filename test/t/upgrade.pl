# Upgrades: an extension and a directory of each released version, brought up to date, are what a new installation
# makes, object by object, and keep their data.
use strict;
use warnings;

use ContactsTest;
use PostgreSQL::Test::Utils;
use Test::More;

my @released = map { m{contacts--(\d+\.\d+\.\d+)\.sql$} ? $1 : () } sort glob 'sql/release/contacts--*.sql';
ok(@released > 0, 'there are released versions: ' . join(', ', @released));

my $node = ContactsTest->new_node('upgrade');
$node->safe_psql('postgres', 'CREATE ROLE crm_owner LOGIN');
$node->safe_psql('postgres', 'CREATE ROLE crm_member LOGIN');
my $current = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'contacts'});

# What the extension and the directory consist of, a line an object. Columns go by name: an upgrade can only add them
# after those that are there.
my $objects = <<'END';
SELECT object || ' = ' || coalesce(definition, '') FROM (
  SELECT pg_describe_object(d.classid, d.objid, 0),
         concat_ws(' | ', CASE WHEN d.classid = 'pg_proc'::regclass THEN pg_get_functiondef(d.objid) END,
                   CASE WHEN d.classid = 'pg_proc'::regclass THEN (SELECT p.proacl::text FROM pg_proc p WHERE p.oid = d.objid) END,
                   CASE WHEN d.classid = 'pg_class'::regclass THEN pg_get_viewdef(d.objid) END,
                   CASE WHEN d.classid = 'pg_class'::regclass THEN (SELECT c.relacl::text FROM pg_class c WHERE c.oid = d.objid) END,
                   obj_description(d.objid, d.classid::regclass::text))
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
   WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'contacts'
  UNION ALL
  SELECT 'relation ' || c.relname,
         concat_ws(' | ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text, pg_get_userbyid(c.relowner),
                   (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(c.relacl) a), obj_description(c.oid, 'pg_class'),
                   CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'i' THEN pg_get_indexdef(c.oid) END)
    FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace
  UNION ALL
  SELECT 'column ' || c.relname || '.' || a.attname,
         concat_ws(' | ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, pg_get_expr(f.adbin, f.adrelid),
                   col_description(c.oid, a.attnum))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
   WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'v')
  UNION ALL
  SELECT 'constraint ' || k.conrelid::regclass || '.' || k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint k WHERE k.connamespace = 'crm'::regnamespace AND k.contype <> 'n'
  UNION ALL
  SELECT 'trigger ' || t.tgrelid::regclass || '.' || t.tgname, concat_ws(' | ', pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = 'crm'::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT 'policy ' || p.polrelid::regclass || '.' || p.polname,
         concat_ws(' | ', p.polcmd, p.polpermissive, p.polroles::text, pg_get_expr(p.polqual, p.polrelid),
                   pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'crm'::regnamespace
  UNION ALL
  SELECT 'function ' || p.oid::regprocedure,
         concat_ws(' | ', pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner),
                   (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(p.proacl) a), obj_description(p.oid, 'pg_proc'))
    FROM pg_proc p WHERE p.pronamespace = 'crm'::regnamespace
  UNION ALL
  SELECT 'schema', (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(n.nspacl) a)
    FROM pg_namespace n WHERE n.nspname = 'crm'
) AS o(object, definition)
ORDER BY 1
END

sub objects_of {
    my ($database) = @_;
    my $text = $node->safe_psql($database, $objects);
    # Definitions have lines; an object begins with its kind.
    my (%objects, $name);
    for my $line (split /\n/, $text) {
        if ($line =~ /^((?:relation|column|constraint|trigger|policy|function|schema|type|operator|cast|view|index|access|support)\b.*?) = (.*)/s
            || $line =~ /^((?:function|operator) .*?) = (.*)/s) {
            $name = $1;
            $objects{$name} = $2;
        } elsif (defined $name) {
            $objects{$name} .= "\n$line";
        }
    }
    return \%objects;
}

# Enrolled when the directory is new there and when it is old here: rights come with the upgrade.
$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', q{CREATE EXTENSION contacts; SELECT contacts.create_directory('crm', 'crm_owner')});
$node->safe_psql('fresh', q{SET ROLE crm_owner; SELECT crm.enroll('crm_member', 'Member', '{view,edit,import,export}')});
my $fresh = objects_of('fresh');

for my $version (@released) {
    my $database = 'from_' . ($version =~ tr/./_/r);
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    $node->safe_psql($database, "CREATE EXTENSION contacts VERSION '$version'");
    $node->safe_psql($database, q{SELECT contacts.create_directory('crm', 'crm_owner')});
    # In one transaction: parts written later are changes of the contact, since there is a log of them.
    $node->safe_psql($database, <<'END');
SET ROLE crm_owner;
BEGIN;
INSERT INTO crm.staff (login, display_name, permissions) VALUES ('crm_member', 'Member', '{view,edit,import,export}');
INSERT INTO crm.organization (source, external_id, name) VALUES ('x', '1', 'Acme');
INSERT INTO crm.contact_group (name) VALUES ('VIP');
INSERT INTO crm.contact (contact_id, visibility, first_name, last_name, organization_id)
SELECT '00000000-0000-7000-8000-000000000001', 'company', 'Jürgen', 'Müller', organization_id FROM crm.organization;
INSERT INTO crm.contact_phone (contact_id, position, number) VALUES ('00000000-0000-7000-8000-000000000001', 1, '+41446681800');
INSERT INTO crm.contact_group_member (contact_id, group_id) SELECT '00000000-0000-7000-8000-000000000001', group_id FROM crm.contact_group;
INSERT INTO crm.import_run (import_id, format) VALUES ('00000000-0000-7000-8000-000000000002', 'generic');
COMMIT;
END
    # Until 0.2.0 anybody's name could stand there; since then it is that of the import.
    my $faulty = $version =~ /^0\.[12]\./ ? 'crm_member' : 'crm_owner';
    $node->safe_psql($database, <<"END");
SET ROLE crm_owner;
INSERT INTO crm.import_error (import_id, ordinal, severity, code, message, started_by) VALUES ('00000000-0000-7000-8000-000000000002', 1, 'error', 'x', 'x', '$faulty');
END
    # A column and a view of the DBA's stay.
    $node->safe_psql($database, 'SET ROLE crm_owner; ALTER TABLE crm.contact ADD COLUMN vip boolean; CREATE VIEW crm.mine AS SELECT contact_id, vip FROM crm.contact');

    $node->safe_psql($database, 'ALTER EXTENSION contacts UPDATE');
    is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'contacts'}), $current,
        "$version: the extension is of version $current");
    $node->safe_psql($database, q{SET ROLE crm_owner; SELECT contacts.upgrade_directory('crm')});
    is($node->safe_psql($database, q{SELECT layout FROM contacts.directories}), $current, "$version: so is the directory");
    my ($out, $err) = ('', '');
    $node->psql($database, q{SELECT contacts.upgrade_directory('crm')}, stderr => \$err);
    like($err, qr/directory "crm" is up to date \(layout \Q$current\E\)/, "$version: a second upgrade has nothing to do");

    is($node->safe_psql($database, 'SELECT vip IS NULL FROM crm.mine'), 't', "$version: what the DBA added is there");
    is($node->safe_psql($database, 'SELECT started_by FROM crm.import_error'), 'crm_owner', "$version: faults are of whose import it is");
    $node->safe_psql($database, 'SET ROLE crm_owner; DROP VIEW crm.mine; ALTER TABLE crm.contact DROP COLUMN vip');
    # Who is enrolled again gets the rights, too, as on a new directory.
    $node->safe_psql($database, q{SET ROLE crm_owner; SELECT crm.enroll('crm_member', 'Member', '{view,edit,import,export}')});

    my $upgraded = objects_of($database);
    is_deeply([ sort grep { !exists $upgraded->{$_} } keys %$fresh ], [], "$version: no object is missing");
    is_deeply([ sort grep { !exists $fresh->{$_} } keys %$upgraded ], [], "$version: no object is left over");
    for my $name (sort grep { exists $upgraded->{$_} } keys %$fresh) {
        is($upgraded->{$name}, $fresh->{$name}, "$version: $name") if $upgraded->{$name} ne $fresh->{$name};
    }
    is($node->safe_psql($database, q{SELECT first_name, version FROM crm.contact}), 'Jürgen|1', "$version: contacts are as they were");
    $node->safe_psql($database, q{CALL contacts.refresh_search('crm')});
    is($node->safe_psql($database, q{SET ROLE crm_member; SELECT last_name FROM crm.contact WHERE search @@ contacts.search_query('mueller acme')}),
        'Müller', "$version: and are found by a member");
    $node->safe_psql($database, q{SET ROLE crm_owner; UPDATE crm.contact SET job_title = 'Buyer'});
    is($node->safe_psql($database, q{SELECT changes FROM crm.change_log}), '{"job_title": [null, "Buyer"]}', "$version: changes are logged from now on");
}

# Every step from a released version to this one is there.
for my $version (@released) {
    is($node->safe_psql('fresh', "SELECT contacts.layout_step('$version') IS NOT NULL"), 't', "there is a step from layout $version");
}
is($node->safe_psql('fresh', "SELECT contacts.layout_step('$current') IS NULL"), 't', 'and none from the current one');

$node->stop;
done_testing();
