# Who acts: a pool speaks for its users, directly and behind a transaction pooler; nobody else poses as another; and
# what one session changes of the staff counts in all others.
use strict;
use warnings;

use ContactsTest;
use PostgreSQL::Test::Utils qw(slurp_file);
use Test::More;
use Time::HiRes qw(usleep);

my $node = ContactsTest->new_node('roles');

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE shop LOGIN;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE mallory LOGIN;
CREATE ROLE app LOGIN;
CREATE ROLE sales;
GRANT sales TO alice;
SELECT contacts.create_directory('crm', 'shop');
SELECT crm.enroll('alice', 'Alice', '{admin}'), crm.enroll('bob', 'Bob', '{view,edit}'), crm.enroll('sales', 'Sales', '{view}'),
       crm.enroll('eve@example.org', 'Eve', '{view,edit}');
SELECT crm.enroll_pool('app');
GRANT SET ON PARAMETER contacts.actor TO app;
GRANT CREATE ON SCHEMA public TO mallory;
SQL

# Runs SQL in a session of its own; what it prints and its errors.
sub run_as {
    my ($role, $sql, %options) = @_;
    my ($stdout, $stderr);
    local $ENV{PGOPTIONS} = $options{options} if $options{options};
    $node->psql('postgres', $sql, stdout => \$stdout, stderr => \$stderr, on_error_stop => 0,
        extra_params => [ '-U', $role ], ($options{connstr} ? (connstr => $options{connstr}) : ()));
    return ($stdout, $stderr);
}

my $denied = qr/permission denied to set parameter "contacts.actor"/;
my ($out, $err);

# ---- A pool speaks for its users

($out) = run_as('app', <<'SQL');
BEGIN;
SET LOCAL contacts.actor = 'bob';
INSERT INTO crm.contact (first_name, visibility) VALUES ('Bobs', 'personal') RETURNING created_by;
COMMIT;
SELECT contacts.actor(), count(*) FROM crm.contact;
BEGIN;
SET LOCAL contacts.actor = 'eve@example.org';
SELECT contacts.actor(), count(*) FROM crm.contact;
COMMIT;
SQL
is($out, "bob\napp|0\neve\@example.org|0", 'a pool acts for the user it names, for one transaction');
($out) = run_as('bob', 'SELECT first_name, created_by FROM crm.contact');
is($out, 'Bobs|bob', 'what it wrote is of that user');

# ---- Nobody else poses as another, in a session that has not loaded the library, and in one that has

for my $prelude ('', "SELECT contacts.actor() IS NULL;\n") {
    my $when = $prelude eq '' ? 'before the library is loaded' : 'after';
    # A value that was accepted for a parameter not yet known is dropped when the library is loaded.
    for my $set ("SET contacts.actor = 'bob'", "SET SESSION contacts.actor = 'bob'", "BEGIN; SET LOCAL contacts.actor = 'bob'",
        "SELECT set_config('contacts.actor', 'bob', false) IS NULL",
        "UPDATE pg_settings SET setting = 'bob' WHERE name = 'contacts.actor'") {
        ($out, $err) = run_as('mallory', "$prelude$set;\nROLLBACK;\nSELECT contacts.actor()");
        like($out, qr/^mallory$/m, "$when: no pose by $set");
        unlike($out, qr/^bob$/m, "$when: not for a moment by $set");
        ($out, $err) = run_as('mallory', "$prelude$set;\nSELECT contacts.actor()");
        unlike($out, qr/^bob$/m, "$when: nor in the same transaction");
    }
    ($out, $err) = run_as('mallory', <<"SQL");
${prelude}CREATE OR REPLACE FUNCTION public.pose() RETURNS text LANGUAGE sql SET contacts.actor = 'bob' AS 'SELECT contacts.actor()';
SELECT 'posed as ' || public.pose();
SQL
    unlike($out, qr/posed as bob/, "$when: no pose by a function's SET clause");
    ($out, $err) = run_as('mallory', <<"SQL");
${prelude}ALTER ROLE mallory SET contacts.actor = 'bob';
SQL
    like($err, $denied, "$when: ALTER ROLE … SET is refused");
    ($out, $err) = run_as('mallory', 'SELECT contacts.actor()');
    is($out, 'mallory', "$when: and changes nothing");
}
($out, $err) = run_as('mallory', 'SELECT contacts.actor()', options => '-c contacts.actor=bob');
isnt($out, 'bob', 'no pose by PGOPTIONS');
like($err, $denied, 'PGOPTIONS is refused');
# Who owns a database may set parameters for it, this one not.
$node->safe_psql('postgres', 'CREATE DATABASE den OWNER mallory');
($out, $err) = run_as('mallory', "ALTER DATABASE den SET contacts.actor = 'bob'");
like($err, $denied, 'ALTER DATABASE … SET is refused');
# A definer function of somebody else's acts for its caller; one of the poser's own, too.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION public.peek() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT contacts.actor() || '' '' || (SELECT count(*) FROM crm.contact)';
ALTER FUNCTION public.peek() OWNER TO bob;
SQL
($out) = run_as('mallory', 'SELECT public.peek()');
is($out, 'mallory 0', 'a definer function acts for its caller, not for its owner');
($out, $err) = run_as('mallory', "SET ROLE bob;\nSELECT contacts.actor()");
is($out, 'mallory', 'SET ROLE to a role one is no member of is refused');
($out, $err) = run_as('mallory', "SET SESSION AUTHORIZATION bob;\nSELECT contacts.actor()");
is($out, 'mallory', 'SET SESSION AUTHORIZATION as well');
($out) = run_as('alice', "SET ROLE sales;\nSELECT contacts.actor()");
is($out, 'sales', 'a member of a role may act as it');
# A setting of the server's own, by who may: ALTER ROLE by a superuser holds, and outlives a REVOKE.
$node->safe_psql('postgres', "ALTER ROLE mallory SET contacts.actor = 'bob'");
($out) = run_as('mallory', 'SELECT contacts.actor()');
is($out, 'bob', 'a superuser may make a role act for another');
$node->safe_psql('postgres', 'ALTER ROLE mallory RESET contacts.actor');
# The pool's right is the pool's alone.
($out, $err) = run_as('app', "SET ROLE bob;\nSELECT contacts.actor()");
is($out, 'app', 'a pool cannot become a role');
$node->safe_psql('postgres', 'REVOKE SET ON PARAMETER contacts.actor FROM app');
($out, $err) = run_as('app', "SET contacts.actor = 'bob';\nSELECT contacts.actor()");
is($out, 'app', 'a pool whose right is revoked speaks for nobody');
$node->safe_psql('postgres', 'GRANT SET ON PARAMETER contacts.actor TO app');

# ---- Permissions that change while others work

my $bob = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'bob' ]);
my $may = q{SELECT 'edit ' || contacts.has_permission('crm.staff', 'edit'), count(*) FROM crm.contact};
like($bob->query($may), qr/edit true\|1/, 'bob may edit');
$bob->query('BEGIN');
like($bob->query($may), qr/edit true\|1/, 'in a transaction');
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view}')});
like($bob->query($may), qr/edit false\|1/, 'a permission taken counts for the next statement of an open transaction');
$bob->query('COMMIT');
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view,edit}')});
like($bob->query($may), qr/edit true/, 'one given, too');
$bob->query('BEGIN ISOLATION LEVEL REPEATABLE READ');
like($bob->query($may), qr/edit true/, 'under REPEATABLE READ');
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view}')});
like($bob->query($may), qr/edit false/, 'a permission taken counts at once, although the snapshot is older');
$bob->query('COMMIT');
like($bob->query($may), qr/edit false/, 'and stays taken after it');
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view,edit}')});
# First asked in that transaction, with a snapshot from before the change.
my $late = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'bob' ]);
$late->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view}')});
like($late->query($may), qr/edit false/, 'who is asked first after the change is not taken in by an older snapshot');
$late->query('COMMIT');
$late->quit;
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view,edit}')});
# A parallel operation has no snapshot but its own; what it read is not kept.
my $parallel = q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET debug_parallel_query = on;};
$parallel =~ s/debug_parallel_query/force_parallel_mode/ if $node->pg_version < 16;
my $reader = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'bob' ]);
$reader->query($parallel);
$reader->query('BEGIN ISOLATION LEVEL REPEATABLE READ');
like($reader->query($may), qr/edit true/, 'in a parallel worker');
run_as('alice', q{SELECT crm.enroll('bob', 'Bob', '{view}')});
my $serial = 'SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL debug_parallel_query = off';
$serial =~ s/debug_parallel_query/force_parallel_mode/ if $node->pg_version < 16;
$reader->query($serial);
like($reader->query($may), qr/edit false/, 'any other operation of the transaction knows better');
$reader->query('COMMIT');
like($reader->query($may), qr/edit false/, 'a parallel operation of the next transaction knows better');
$reader->quit;
# Undone: never was.
my $admin = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'alice' ]);
my $mine = q{SELECT 'export ' || contacts.has_permission('crm.staff', 'export')};
like($admin->query($mine), qr/export false/, 'alice has no permission export');
$admin->query(q{BEGIN; SAVEPOINT s; UPDATE crm.staff SET permissions = '{admin,export}' WHERE login = 'alice'});
like($admin->query($mine), qr/export true/, 'gives it to herself');
$admin->query('ROLLBACK TO SAVEPOINT s');
like($admin->query($mine), qr/export false/, 'after ROLLBACK TO SAVEPOINT she has it no more');
$admin->query(q{UPDATE crm.staff SET permissions = '{admin,export}' WHERE login = 'alice'});
like($admin->query($mine), qr/export true/, 'gives it to herself again');
$admin->query('ROLLBACK');
like($admin->query($mine), qr/export false/, 'after ROLLBACK, too');
$admin->quit;
run_as('alice', q{SELECT crm.dismiss('bob')});
# By its number: the name of the table is no longer his to look up.
my $staff = $node->safe_psql('postgres', q{SELECT 'crm.staff'::regclass::oid});
like($bob->query("SELECT 'view ' || contacts.has_permission($staff, 'view')"), qr/view false/, 'who is dismissed is out in the session he has');
run_as('alice', q{SELECT crm.enroll('bob', NULL, '{view,edit}')});
like($bob->query($may), qr/edit true\|1/, 'and in again with what was his');
$bob->quit;

# ---- Behind a transaction pooler

my ($pgbouncer) = grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
SKIP: {
    skip 'pgbouncer is not installed (Debian: package pgbouncer)', 1 unless $pgbouncer;
    my $dir = PostgreSQL::Test::Utils::tempdir_short();
    my $port = PostgreSQL::Test::Cluster::get_free_port();
    my ($host, $server_port) = ($node->host, $node->port);
    open(my $conf, '>', "$dir/pgbouncer.ini") or die "$dir/pgbouncer.ini: $!";
    # One connection to the server, so that all clients share it.
    print $conf <<"INI";
[databases]
postgres = host=$host port=$server_port pool_size=1
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
logfile = $dir/log
pidfile = $dir/pid
INI
    close $conf;
    open(my $users, '>', "$dir/users") or die "$dir/users: $!";
    print $users qq("$_" ""\n) for 'app', 'mallory';
    close $users;
    my $started = system("$pgbouncer -d -q $dir/pgbouncer.ini >$dir/out 2>&1");
    is($started, 0, 'pgbouncer starts') or diag(slurp_file("$dir/out"));
    my $connstr = "host=$dir port=$port dbname=postgres";
    for (1 .. 100) { last if -S "$dir/.s.PGSQL.$port"; usleep(50_000); }

    my $session = sub { return $node->background_psql('postgres', on_error_stop => 0, connstr => "$connstr user=$_[0]"); };
    my $sql = sub {
        my ($role, $text) = @_;
        my ($stdout, $stderr) = ('', '');
        IPC::Run::run([ 'psql', '-XAtq', '-d', "$connstr user=$role" ], '<', \$text, '>', \$stdout, '2>', \$stderr);
        chomp $stdout;
        return ($stdout, $stderr);
    };
    my ($who, $error) = $sql->('app', "BEGIN;\nSET LOCAL contacts.actor = 'bob';\nSELECT contacts.actor(), count(*) FROM crm.contact;\nCOMMIT;\n"
          . "SELECT contacts.actor(), count(*) FROM crm.contact;\n");
    is($who, "bob|1\napp|0", 'SET LOCAL names the user of one transaction');
    my ($first) = $sql->('app', 'SELECT pg_backend_pid()');
    my ($second) = $sql->('app', 'SELECT pg_backend_pid()');
    is($first, $second, 'two clients share one connection to the server');
    # Transactions of many users, one after the other on that connection, each finds what is its own.
    my $wrong = 0;
    for my $round (1 .. 50) {
        my ($user, $count) = @{ ([ 'bob', 1 ], [ 'eve@example.org', 0 ], [ 'nobody', 0 ])[ $round % 3 ] };
        my ($got) = $sql->('app', "BEGIN;\nSET LOCAL contacts.actor = '$user';\nSELECT contacts.actor(), count(*) FROM crm.contact;\nCOMMIT;\n");
        ++$wrong if $got ne "$user|$count";
    }
    is($wrong, 0, 'no transaction sees with the eyes of the one before');
    # An error in between leaves nothing behind.
    $sql->('app', "BEGIN;\nSET LOCAL contacts.actor = 'bob';\nSELECT 1 / 0;\n");
    ($who) = $sql->('app', 'SELECT contacts.actor(), count(*) FROM crm.contact');
    is($who, 'app|0', 'after a failed transaction nobody acts');
    # SET without LOCAL stays on the server's connection: it is no way to name the user behind such a pooler.
    $sql->('app', "SET contacts.actor = 'bob'");
    ($who) = $sql->('app', 'SELECT contacts.actor()');
    is($who, 'bob', 'SET without LOCAL speaks for the next client as well (see docs/security.md)');
    $sql->('app', 'RESET contacts.actor');
    ($who, $error) = $sql->('mallory', "BEGIN;\nSET LOCAL contacts.actor = 'bob';\nSELECT contacts.actor();\nROLLBACK;\n");
    like($error, $denied, 'who is no pool cannot pose through the pooler');
    unlike($who, qr/bob/, 'not for a moment');

    chomp(my $pid = slurp_file("$dir/pid"));
    kill 'INT', $pid;
}

$node->stop;
done_testing();
