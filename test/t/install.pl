# CREATE EXTENSION: by whom, where, and what is refused.
use strict;
use warnings;

use ContactsTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = ContactsTest->new_node('install', create_extension => 0);

# Trusted: the owner of a database installs it, without being superuser.
$node->safe_psql('postgres', 'CREATE ROLE shop LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE shop OWNER shop');
my @as_shop = (extra_params => [ '-U', 'shop' ]);
is($node->psql('shop', 'CREATE EXTENSION contacts', @as_shop), 0, "a database's owner installs the extension");
is($node->safe_psql('shop', 'SELECT contacts.actor()', @as_shop), 'shop', 'and uses it');

# Gone without a trace.
is($node->psql('shop', 'DROP EXTENSION contacts', @as_shop), 0, 'and drops it');
is($node->safe_psql('shop', q{SELECT count(*) FROM pg_namespace WHERE nspname = 'contacts'}),
    '0', 'which leaves no schema behind');

# Somebody else's schema of that name is refused, not used.
my $stderr;
$node->safe_psql('shop', 'CREATE SCHEMA contacts');
$node->psql('shop', 'CREATE EXTENSION contacts', stderr => \$stderr);
like($stderr, qr/schema "contacts" already exists/, 'a schema made by somebody else is not used');

# Only UTF-8.
$node->safe_psql('postgres', q{CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'});
$node->psql('latin1', 'CREATE EXTENSION contacts', stderr => \$stderr);
like($stderr, qr/needs a database with encoding UTF8, this one has LATIN1/, 'another encoding is refused');

# A dump restores as the database's owner.
$node->safe_psql('shop', 'DROP SCHEMA contacts');
$node->safe_psql('shop', 'CREATE EXTENSION contacts', @as_shop);
$node->safe_psql('postgres', 'CREATE DATABASE copy OWNER shop');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/shop.sql';
$node->command_ok([ 'pg_dump', '-U', 'shop', '-d', $node->connstr('shop'), '-f', $dump ], 'dump as the owner');
$node->command_ok([ 'psql', '-X', '-q', '-U', 'shop', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('copy'), '-f', $dump ],
    'restore as the owner, without an error');
is($node->safe_psql('copy', q{SELECT extname FROM pg_extension WHERE extname = 'contacts'}),
    'contacts', 'the extension is in the copy');

$node->stop;
done_testing();
