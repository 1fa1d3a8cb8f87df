# Nodes with the extension at hand, for the TAP tests in test/t.
#
#   use ContactsTest;
#   my $node = ContactsTest->new_node('main');               # initialised, started, CREATE EXTENSION done
#   my $bare = ContactsTest->new_node('bare', start => 0);   # configured only, for tests that need more settings
#
# What it returns is a PostgreSQL::Test::Cluster; its superuser is called as the user who runs the test.
# tools/check points the server at the staged files through CONTACTS_SERVER_CONF; without that variable the
# extension is expected to be installed.
package ContactsTest;

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils qw(slurp_file);

# Options: start (default 1), create_extension (default 1), conf (text for postgresql.conf), and what
# PostgreSQL::Test::Cluster->init takes.
sub new_node {
    my ($class, $name, %options) = @_;
    my $start = delete $options{start} // 1;
    my $create = delete $options{create_extension} // 1;
    my $conf = delete $options{conf};

    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ], %options);
    $node->append_conf('postgresql.conf', server_conf());
    $node->append_conf('postgresql.conf', $conf) if defined $conf;
    return $node unless $start;
    $node->start;
    $node->safe_psql('postgres', 'CREATE EXTENSION contacts') if $create;
    return $node;
}

# The settings by which a server finds the extension under test; for nodes made in another way (a restored
# backup, a standby).
sub server_conf {
    my $file = $ENV{CONTACTS_SERVER_CONF};
    return $file ? slurp_file($file) : '';
}

1;
