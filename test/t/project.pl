# What the project says of itself in several places agrees: version, licence, tests and their expected outputs.
# Needs no server.
use strict;
use warnings;

use JSON::PP;
use Test::More;

sub slurp {
    my ($file) = @_;
    open(my $in, '<:raw', $file) or return undef;
    local $/;
    return scalar <$in>;
}

my ($version) = (slurp('contacts.control') // '') =~ /^default_version\s*=\s*'([^']+)'/m;
like($version, qr/^\d+\.\d+\.\d+$/, 'contacts.control has a semantic version');

my $meta = eval { decode_json(slurp('META.json')) };
ok($meta, 'META.json is JSON') or diag $@;
is($meta->{version}, $version, 'META.json: version');
is($meta->{provides}{contacts}{version}, $version, 'META.json: version of what it provides');
is($meta->{license}, 'postgresql', 'META.json: licence');
my @files = grep { defined } map { ref ? @$_ : $_ } @{ $meta->{provides}{contacts} }{qw(file docfile)};
is(join(' ', grep { !-e } @files), '', 'META.json: the files it names exist');

my ($released) = (slurp('CHANGELOG.md') // '') =~ /^## \[([^\]]+)\]/m;
is($released, $version, 'CHANGELOG.md begins with this version');

# Every listed source exists and every source is listed, once (a merge may leave a line twice).
my $sources = slurp('src/sources.mk');
my @listed = sort($sources =~ /^\w+_SRCS \+= (\S+)$/mg);
my @sources = sort grep { !-d } map { glob "src/$_" } qw(*.cpp */*.cpp */*/*.cpp */*/*/*.cpp);
is("@listed", "@sources", 'src/sources.mk lists every source once, and no other');

# No expected output is left of a test that is gone (an alternative output is called NAME_1.out).
my %tests;
for my $file (glob 'test/sql/*.sql test/specs/*.spec') {
    $tests{$1} = 1 if $file =~ m{/([^/]+)\.[a-z]+$};
}
my @orphans = grep { my ($name) = m{/([^/]+)\.out$}; !$tests{$name} && !$tests{ $name =~ s/_\d$//r } } glob 'expected/*.out';
is("@orphans", '', 'every expected output belongs to a test');

done_testing();
