# Who may do what: every cell of the matrix in docs/security.md, tried. The page is the only place where it is written
# down; this file says how a cell is tried.
use strict;
use warnings;

use ContactsTest;
use PostgreSQL::Test::Utils qw(slurp_file);
use Test::More;

# ---- The matrix as the page has it: table, row, command, and a cell for each colleague

my @roles = ('owner', 'reader', 'editor', 'other', 'admin', 'viewer', 'dismissed', 'stranger', 'app for owner', 'app for dismissed', 'app');
my (@matrix, $heading);
for my $line (split /\n/, slurp_file('docs/security.md')) {
    next unless $line =~ /^\|/;
    my @cells = map { s/^\s+|\s+$//gr } split /\|/, $line =~ s/^\||\|$//gr;
    s/`//g for @cells;
    if (@cells == 3 + @roles && $cells[0] eq 'table') {
        $heading = join ' | ', @cells[ 3 .. $#cells ];
    } elsif ($heading && @cells == 3 + @roles && $cells[0] !~ /^:?-+:?$/) {
        for my $row ($cells[2] eq 'call' ? split(/, */, $cells[1]) : $cells[1]) {
            push @matrix, { tables => [ split /, */, $cells[0] ], row => $row, command => $cells[2], cells => [ @cells[ 3 .. $#cells ] ] };
        }
    }
}
is($heading, join(' | ', @roles), 'the page has the matrix, with the columns that are tried');

# ---- A directory with a row of every kind

my $node = ContactsTest->new_node('access');
my %staff;
my $number = 0;
for (qw(owner reader editor other admin viewer dismissed spare)) { $staff{$_} = sprintf('00000000-0000-7000-8000-0000000000a%d', ++$number); }
my %contact = (company => 1, restricted => 2, personal => 3, unshared => 4);
$_ = "00000000-0000-7000-8000-0000000000c$_" for values %contact;
my $uuid = '00000000-0000-7000-8000-000000000';

sub staff_rows {
    return join ",\n", map { "('$staff{$_}', '$_', '$_')" } sort keys %staff;
}

$node->safe_psql('postgres', <<"SQL");
CREATE ROLE shop;
CREATE ROLE owner LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE editor LOGIN; CREATE ROLE other LOGIN; CREATE ROLE admin LOGIN;
CREATE ROLE viewer LOGIN; CREATE ROLE dismissed LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE app LOGIN;
SELECT contacts.create_directory('crm', 'shop');
GRANT SET ON PARAMETER contacts.actor TO app;
SET search_path = crm;
INSERT INTO staff (staff_id, login, display_name) VALUES @{[ staff_rows() ]};
SELECT enroll('owner', NULL, '{view,edit,import}'), enroll('reader', NULL, '{view,edit}'), enroll('editor', NULL, '{view,edit}'),
       enroll('other', NULL, '{view,edit,import}'), enroll('admin', NULL, '{admin}'), enroll('viewer', NULL, '{view}'),
       enroll('dismissed', NULL, '{view,edit,import,admin}');
SELECT enroll_pool('app');
INSERT INTO staff_extension (staff_id, extension) SELECT staff_id, '1' FROM staff;
INSERT INTO staff_phone (staff_id, position, number) SELECT staff_id, 1, '+41446681800' FROM staff;
INSERT INTO custom_field (key, label) VALUES ('card', 'Card');

-- All that follows was written by owner, but for what says otherwise.
SET contacts.actor = 'owner';
INSERT INTO organization (organization_id, owner_id, name)
VALUES ('${uuid}0b1', NULL, 'Everybody''s'), ('${uuid}0b2', '$staff{owner}', 'Private');
INSERT INTO contact (contact_id, visibility, first_name)
VALUES ('$contact{company}', 'company', 'C'), ('$contact{restricted}', 'restricted', 'R'), ('$contact{personal}', 'personal', 'P'),
       ('$contact{unshared}', 'restricted', 'U');
SELECT share_contact(c, 'reader'), share_contact(c, 'editor', true)
  FROM unnest('{$contact{company},$contact{restricted}}'::uuid[]) AS c;
INSERT INTO contact_group (group_id, owner_id, name)
VALUES ('${uuid}0e1', NULL, 'Company'), ('${uuid}0e2', NULL, 'Company, too'), ('${uuid}0e3', '$staff{owner}', 'Own');
INSERT INTO contact_phone (contact_id, position, number) SELECT contact_id, 1, '+41446681800' FROM contact;
INSERT INTO contact_email (contact_id, position, address) SELECT contact_id, 1, 'c\@example.com' FROM contact;
INSERT INTO contact_address (contact_id, position, city) SELECT contact_id, 1, 'Basel' FROM contact;
INSERT INTO contact_social (contact_id, position, network, handle) SELECT contact_id, 1, 'line', 'c' FROM contact;
INSERT INTO contact_group_member (contact_id, group_id) SELECT contact_id, '${uuid}0e1' FROM contact;
INSERT INTO contact_transfer (contact_id, to_staff) SELECT contact_id, owner_id FROM contact;
INSERT INTO contact_note (contact_id, body) SELECT contact_id, 'by owner' FROM contact;
INSERT INTO inquiry (contact_id, subject) SELECT contact_id, 'by owner' FROM contact;
INSERT INTO engagement (contact_id, subject) SELECT contact_id, 'by owner' FROM contact;
INSERT INTO visit (contact_id, url, title) SELECT contact_id, 'https://example.com', 'by owner' FROM contact;
UPDATE contact SET job_title = 'Changed';
INSERT INTO favorite (staff_id, contact_id) SELECT staff_id, '$contact{company}' FROM staff;
INSERT INTO blocked_number (staff_id, channel, number) SELECT staff_id, 'call', '+41446681800' FROM staff;
INSERT INTO import_run (import_id, format, options) VALUES ('${uuid}0d1', 'generic', '{}'), ('${uuid}0d2', 'generic', '{"visibility": "personal"}');
INSERT INTO import_error (import_id, ordinal, severity, code, message, personal)
VALUES ('${uuid}0d1', 1, 'error', 'x', 'x', false), ('${uuid}0d2', 1, 'error', 'x', 'x', true);
DO \$\$ BEGIN
  IF to_regclass('import_profile') IS NOT NULL THEN
    INSERT INTO import_profile (name) VALUES ('mine');
  END IF;
END \$\$;
SET contacts.actor = 'other';
INSERT INTO contact_note (contact_id, body) VALUES ('$contact{company}', 'by other');
INSERT INTO inquiry (contact_id, subject) VALUES ('$contact{company}', 'by other');
INSERT INTO engagement (contact_id, subject) VALUES ('$contact{company}', 'by other');
INSERT INTO visit (contact_id, url, title) VALUES ('$contact{company}', 'https://example.com', 'by other');
RESET contacts.actor;
SELECT dismiss('dismissed');

-- What came of a statement, which is undone. "-": it found nothing; "no": it was refused; else another error's code.
CREATE FUNCTION public.try(statement text) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
  found bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS found = ROW_COUNT;
  RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = found;
EXCEPTION
  WHEN SQLSTATE 'ZZ000' THEN RETURN CASE SQLERRM WHEN '0' THEN '-' ELSE 'yes' END;
  WHEN SQLSTATE '42501' THEN RETURN 'no';
  WHEN SQLSTATE 'P0002' THEN RETURN '-';
  WHEN OTHERS THEN RETURN SQLSTATE;
END \$\$;
SQL

# ---- How a cell is tried: the statement for a table, a row and a command

my $part = {
    contact_phone        => [ 'position, number', q{9, '+41446681801'}, q{label = 'home'} ],
    contact_email        => [ 'position, address', q{9, 'd@example.com'}, q{label = 'home'} ],
    contact_address      => [ 'position, city', q{9, 'Bern'}, q{label = 'home'} ],
    contact_social       => [ 'position, network, handle', q{9, 'line', 'd'}, q{label = 'home'} ],
    contact_group_member => [ 'group_id', "'${uuid}0e2'", "group_id = '${uuid}0e2'" ],
    contact_share        => [ 'staff_id', "'$staff{viewer}'", 'can_edit = NOT can_edit' ],
    contact_transfer     => [ 'to_staff', "'$staff{viewer}'", "to_staff = '$staff{viewer}'" ],
    contact_note         => [ 'body', q{'new'}, q{body = body || '!'}, 'body' ],
    inquiry              => [ 'subject', q{'new'}, q{status = 'closed'}, 'subject' ],
    engagement           => [ 'subject', q{'new'}, q{outcome = 'sent'}, 'subject' ],
    visit                => [ 'url, title', q{'https://example.com', 'new'}, q{left_at = now()}, 'title' ],
    change_log           => [ 'version, changed_at, changed_by, action, changes, visibility', q{99, now(), 'x', 'update', '{}', 'company'}, q{changed_by = 'x'} ],
};

# A condition for the row, the columns and values of a new one, and an assignment. "me" is who acts.
sub parts_of {
    my ($table, $row, $me) = @_;
    if ($part->{$table}) {
        my ($columns, $values, $set, $text) = @{ $part->{$table} };
        my ($visibility, $author) = $row =~ /^(\w+)(?:, by (\w+))?$/ or return;
        my $where = "contact_id = '$contact{$visibility}'";
        $where .= " AND $text = 'by " . ($author // 'owner') . "'" if $text;
        return ($where, "contact_id, $columns", "'$contact{$visibility}', $values", $set);
    }
    my $whose = $row eq 'own' ? $me : $row eq "owner's" ? $staff{owner} : $row eq "another's" ? $staff{spare} : undef;
    my $run = $row =~ /personal/ ? "${uuid}0d2" : "${uuid}0d1";
    my %rows = (
        contact => sub {
            my ($visibility, $for) = $row =~ /^(\w+)(?:, for (\w+))?$/ or return;
            my $columns = 'first_name, visibility' . ($for ? ', owner_id' : '');
            my $values = "'New', '" . ($visibility eq 'unshared' ? 'restricted' : $visibility) . "'" . ($for ? ", '$staff{spare}'" : '');
            return ("contact_id = '$contact{$visibility}'", $columns, $values, q{nickname = 'x'});
        },
        staff => sub {
            return ("staff_id = '$whose'", 'login, display_name', q{'new', 'New'}, q{job_title = 'x'});
        },
        staff_extension => sub {
            return ("staff_id = '$whose'", 'staff_id, extension', "'$whose', '2'", q{extension = '3'});
        },
        staff_phone => sub {
            return ("staff_id = '$whose'", 'staff_id, position, number', "'$whose', 2, '+41446681801'", q{label = 'fax'});
        },
        organization => sub {
            return ($row eq "everybody's" ? ("organization_id = '${uuid}0b1'", 'name', q{'New'}, q{city = 'Bern'})
                : ("organization_id = '${uuid}0b2'", 'name, owner_id', "'New', '$whose'", q{city = 'Bern'}));
        },
        contact_group => sub {
            return ($row eq 'company' ? ("group_id = '${uuid}0e1'", 'name, owner_id', q{'New', NULL}, q{description = 'x'})
                : ("group_id = '${uuid}0e3'", 'name, owner_id', "'New', '$whose'", q{description = 'x'}));
        },
        custom_field => sub { return (q{key = 'card'}, 'key, label', q{'new', 'New'}, q{label = 'x'}); },
        nickname => sub { return (q{nickname = 'bob'}, 'nickname, name', q{'zed', 'zachary'}, q{name = 'x'}); },
        favorite => sub {
            return ("staff_id = '$whose'", 'staff_id, contact_id', "'$whose', '$contact{unshared}'", 'added_at = now()');
        },
        blocked_number => sub {
            return ("staff_id = '$whose'", 'staff_id, channel, number', "'$whose', 'sms', '+41446681801'", 'blocked_at = now()');
        },
        import_run => sub { return ("import_id = '$run'", 'format', q{'generic'}, q{message = 'x'}); },
        import_error => sub {
            return ("import_id = '$run'", 'import_id, ordinal, severity, code, message', "'$run', 9, 'error', 'x', 'x'", q{message = 'y'});
        },
        import_profile => sub { return (q{name = 'mine'}, 'name', q{'new'}, q{description = 'x'}); },
    );
    return $rows{$table} ? $rows{$table}->() : ();
}

my $file = 'First Name,Last Name\nNew,Contact\n';
my %call = (
    'enroll()'       => q{SELECT crm.enroll('spare', NULL, '{view}')},
    'dismiss()'      => q{SELECT crm.dismiss('spare')},
    'enroll_pool()'  => q{SELECT crm.enroll_pool('app')},
    'transfer_all()' => q{SELECT crm.transfer_all('owner', 'other')},
    'import_csv()'   => "SELECT FROM crm.import_csv(convert_to(E'$file', 'UTF8'), visibility => 'VISIBILITY') r WHERE r.inserted = 1",
    'undo_import()'  => "SELECT count(*) FROM crm.undo_import('${uuid}0d1')",
);

sub statement_for {
    my ($table, $row, $command, $me) = @_;
    return $call{$table} && $call{$table} =~ s/VISIBILITY/$row/r if $command eq 'call';
    my ($where, $columns, $values, $set) = parts_of($table, $row, $me) or return;
    return "SELECT FROM crm.$table WHERE $where" if $command eq 'select';
    return "INSERT INTO crm.$table ($columns) VALUES ($values)" if $command eq 'insert';
    return "UPDATE crm.$table SET $set WHERE $where" if $command eq 'update';
    return "DELETE FROM crm.$table WHERE $where" if $command eq 'delete';
    return "UPDATE crm.$table SET $1 = $2 WHERE $where" if $command =~ /^set (\w+) = (.*)$/;
    my ($id) = $where =~ /'(.*)'/;
    return "SELECT crm.share_contact('$id', 'other')" if $command eq 'share';
    return "SELECT FROM crm.unshare_contact('$id', 'reader') AS done WHERE done" if $command eq 'unshare';
    return "SELECT crm.transfer_contact('$id', 'other')" if $command eq 'transfer';
    return;
}

# ---- Every cell, tried

my (%tried, @statements);
for my $line (@matrix) {
    for my $table (@{ $line->{tables} }) {
        $tried{$table} = 1 unless $line->{command} eq 'call';
        for my $role (@roles) {
            my $actor = $role =~ /^app for (.*)$/ ? $1 : $role;
            my $statement = statement_for($table, $line->{row}, $line->{command}, $staff{$actor} // $staff{spare})
              or die "no way to try \"$line->{command}\" on \"$line->{row}\" of \"$table\"";
            push @{ $line->{$table} }, scalar @statements;
            push @statements, $statement;
        }
    }
}
# The statements of a role in one session.
my @results;
for my $i (0 .. $#roles) {
    my ($role, $actor) = $roles[$i] =~ /^(app) for (.*)$/ ? ($1, $2) : ($roles[$i], undef);
    my @mine = grep { $_ % @roles == $i } 0 .. $#statements;
    my $script = "SET client_min_messages = warning;\nBEGIN;\n" . ($actor ? "SET LOCAL contacts.actor = '$actor';\n" : '');
    $script .= "SELECT public.try(" . '$try$' . $statements[$_] . '$try$' . ");\n" for @mine;
    my ($out, $err);
    $node->psql('postgres', "${script}ROLLBACK;\n", stdout => \$out, stderr => \$err, extra_params => [ '-U', $role ]);
    is($err, '', "$roles[$i]: nothing but answers");
    my @answers = split /\n/, $out;
    is(scalar @answers, scalar @mine, "$roles[$i]: one for each statement");
    @results[@mine] = @answers;
}
my $has_profiles = $node->safe_psql('postgres', q{SELECT to_regclass('crm.import_profile') IS NOT NULL}) eq 't';
for my $line (@matrix) {
    for my $table (@{ $line->{tables} }) {
        next if $table eq 'import_profile' && !$has_profiles;
        is(join(' | ', @results[ @{ $line->{$table} } ]), join(' | ', @{ $line->{cells} }),
            "$table, $line->{row}: $line->{command}");
    }
}
cmp_ok(scalar @statements, '>', 1000, 'that were ' . @statements . ' cells');

# No table was forgotten, none invented.
my $tables = $node->safe_psql('postgres', q{SELECT relname FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1});
is(join("\n", sort grep { $has_profiles || $_ ne 'import_profile' } keys %tried), join("\n", sort split /\n/, $tables), 'all tables are in the matrix');
# Nor a command that something is granted for.
for my $granted (split /\n/, $node->safe_psql('postgres', <<'SQL')) {
SELECT c.relname || ' ' || lower(a.privilege_type) FROM pg_class c, aclexplode(c.relacl) a
 WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee = 'other'::regrole ORDER BY 1
SQL
    my ($table, $command) = split / /, $granted;
    ok(scalar(grep { my $line = $_; $line->{command} eq $command && grep { $_ eq $table } @{ $line->{tables} } } @matrix), "$table: $command is tried");
}

$node->stop;
done_testing();
