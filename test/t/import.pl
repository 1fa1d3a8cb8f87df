# An import that is cancelled, times out or loses its session leaves nothing behind.
use strict;
use warnings;

use ContactsTest;
use PostgreSQL::Test::Utils qw(slurp_file);
use Test::More;
use Time::HiRes qw(usleep);

my $node = ContactsTest->new_node('import', create_extension => 0);
$node->safe_psql('postgres', 'CREATE ROLE shop LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE shop OWNER shop');
my @as_shop = (extra_params => [ '-U', 'shop' ]);
$node->safe_psql('shop', <<'SQL', @as_shop);
CREATE EXTENSION contacts;
SELECT contacts.create_directory('crm');
SELECT inserted FROM crm.import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\nc1,Ann,Archer\n', 'UTF8'));
CREATE TABLE file AS
  SELECT convert_to(E'Contact ID,Contact First Name,Contact Last Name,Contact Work Phone,Contact Work Email\n'
         || string_agg(format(E'c%s,First%s,Last,+4420%s,c%s@x.example\n', i, i, 70000000 + i, i), '' ORDER BY i), 'UTF8') AS content
    FROM generate_series(1, 50000) i;
SQL

sub state_of_directory {
    return $node->safe_psql('shop', <<'SQL', @as_shop);
SELECT (SELECT count(*) FROM crm.contact), (SELECT count(*) FROM crm.contact_phone), (SELECT count(*) FROM crm.import_run),
       (SELECT count(*) FROM crm.import_error), (SELECT first_name FROM crm.contact WHERE external_id = 'c1')
SQL
}

# The backend that imports, once it is under way.
sub importing_pid {
    for (1 .. 600) {
        my $pid = $node->safe_psql('postgres',
            q{SELECT pid FROM pg_stat_progress_copy WHERE relid <> 0 AND tuples_processed > 2000});
        return $pid if $pid ne '';
        usleep(50_000);
    }
    return '';
}

my $before = state_of_directory();
is($before, '1|0|1|0|Ann', 'a directory with one contact');

# Cancelled from outside, while others watch the progress; the session goes on.
my $session = $node->background_psql('shop', on_error_stop => 0, @as_shop);
$session->query_until(qr/started/, "\\echo started\nSELECT inserted FROM file, crm.import_csv(content);\nSELECT 'still ' || 'here';\n");
my $pid = importing_pid();
isnt($pid, '', 'the import shows in pg_stat_progress_copy');
# Which import it is, to those who may see the session, with the size of the file.
my $progress = q{SELECT pid, import_id IS NOT NULL, role, bytes_processed > 0, bytes_total, imported > 2000, excluded FROM crm.import_progress};
my $size = $node->safe_psql('shop', 'SELECT length(content) FROM file', @as_shop);
like($node->safe_psql('shop', $progress, @as_shop), qr/^$pid\|t\|shop\|t\|$size\|t\|0$/, 'and in import_progress');
$node->safe_psql('shop', 'CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA crm TO stranger; GRANT SELECT ON crm.import_progress TO stranger');
is($node->safe_psql('shop', 'SELECT count(*) FROM crm.import_progress', extra_params => [ '-U', 'stranger' ]), '0', 'of which a stranger sees nothing');
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
like($session->query(q{SELECT 'and ' || 'works'}), qr/and works/, 'the session goes on after the cancellation');
is(state_of_directory(), $before, 'a cancelled import leaves nothing');
is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_progress_copy'), '0', 'nor an entry in pg_stat_progress_copy');
like($session->query(q{SELECT inserted FROM crm.import_csv(convert_to(E'Last Name\nBen\n', 'UTF8'))}), qr/1/,
    'and imports again');
$session->quit;
$before = state_of_directory();

# Out of time; the session goes on.
my ($stdout, $stderr);
$node->psql('shop', <<'SQL', stdout => \$stdout, stderr => \$stderr, on_error_stop => 0, @as_shop);
SET statement_timeout = '700ms';
SELECT inserted FROM file, crm.import_csv(content);
RESET statement_timeout;
SELECT unchanged FROM crm.import_csv(convert_to(E'Contact ID,Contact First Name,Contact Last Name\nc1,Ann,Archer\n', 'UTF8'));
SQL
like($stderr, qr/canceling statement due to statement timeout/, 'an import runs out of time');
is($stdout, '1', 'and the session imports again');
$node->safe_psql('shop', 'DELETE FROM crm.import_run WHERE unchanged = 1', @as_shop);
is(state_of_directory(), $before, 'nothing of it is left');

# COPY to a view, the client gone in the middle.
$session = $node->background_psql('shop', on_error_stop => 0, @as_shop);
$session->query_until(qr/started/, qq{\\echo started
INSERT INTO crm.csv_genesys ("Contact ID", "Contact First Name", "Contact Last Name")
SELECT 'v' || i, 'First', CASE WHEN i = 20000 THEN pg_sleep(60)::text || 'x' ELSE 'Last' END FROM generate_series(1, 20000) i;\n});
for (1 .. 600) {
    $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
    last if $pid ne '';
    usleep(50_000);
}
isnt($pid, '', 'rows are being written to a view');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
eval { $session->quit };
is(state_of_directory(), $before, 'a session that ends in the middle leaves nothing');

# COPY to a view reports its progress too, and goes on doing so after a row that the database refuses.
$node->safe_psql('shop', <<'SQL', @as_shop);
CREATE FUNCTION crm.hold() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF NEW.first_name = 'Hold' THEN PERFORM pg_sleep(60); END IF; IF NEW.first_name = 'Refuse' THEN RAISE 'refused'; END IF; RETURN NEW; END $$;
CREATE TRIGGER hold BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION crm.hold();
SQL
$session = $node->background_psql('shop', on_error_stop => 0, @as_shop);
$session->query_until(qr/started/, "\\echo started\nCOPY crm.csv_genesys (\"Contact ID\", \"Contact First Name\", \"Contact Last Name\") FROM STDIN (FORMAT csv);\n"
    . join('', map { "w$_," . ($_ == 1000 ? 'Refuse' : $_ == 3000 ? 'Hold' : 'First') . ",Last\n" } 1 .. 6000) . "\\.\n");
for (1 .. 600) {
    $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
    last if $pid ne '';
    usleep(50_000);
}
like($node->safe_psql('shop', $progress, @as_shop), qr/^$pid\|t\|shop\|t\|\|t\|/, 'COPY to a view in import_progress, after a refused row');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 10000)");
eval { $session->quit };
is(state_of_directory(), $before, 'and it leaves nothing');
$node->safe_psql('shop', 'DROP FUNCTION crm.hold() CASCADE', @as_shop);

# A crash in the middle.
$session = $node->background_psql('shop', on_error_stop => 0, @as_shop);
$session->query_until(qr/started/, "\\echo started\nSELECT inserted FROM file, crm.import_csv(content);\n");
isnt(importing_pid(), '', 'another import is under way');
$node->stop('immediate');
eval { $session->quit };
$node->start;
is(state_of_directory(), $before, 'a crash leaves nothing');

# And with the time it needs it goes in.
is($node->safe_psql('shop', 'SELECT inserted, updated, failed FROM file, crm.import_csv(content)', @as_shop),
    '49999|1|0', 'the same file in peace');

# Who listens is told which import into which directory there was, of a dry run nothing.
my $told = $node->safe_psql('shop', <<'SQL', @as_shop);
LISTEN contacts_import;
SELECT import_id FROM crm.import_csv(convert_to(E'Last Name\nBen\n', 'UTF8'));
SELECT failed FROM crm.import_csv(convert_to(E'Last Name\nBen\n', 'UTF8'), dry_run => true);
SQL
like($told, qr/^([0-9a-f-]{36})\nAsynchronous notification "contacts_import" with payload "\{"directory": "crm", "import_id": "\1"\}" [^\n]*\n0$/,
    'the notification at commit');

$node->stop;
done_testing();
