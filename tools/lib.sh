# shellcheck shell=bash
# What tools/demo and tools/check share: install what is missing, build, and run a private throw-away PostgreSQL.
# Nothing is installed into the system but Debian packages, and no server but the private one is ever touched.
set -euo pipefail
umask 022

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$project/contacts.control")
jobs=${JOBS:-$(nproc)}

# A caller's PGHOST, PGOPTIONS or make flags must not lead anything here to another server or build.
for variable in "${!PG@}"; do
    [ "$variable" = PG_CONFIG ] || unset "$variable"
done
unset MAKEFLAGS MFLAGS MAKELEVEL CDPATH
export LC_ALL=C.UTF-8

say() { printf '== %s\n' "$*"; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# ---------------------------------------------------------------------------------------------------------
# A directory of our own under /tmp, and the user who works in it

# PostgreSQL refuses to run as root. `nobody` owns nothing, so that a private server of that user can reach
# neither the system's clusters (as `postgres` could) nor anybody's files.
unprivileged_user() {
    local name
    [ "$(id -u)" = 0 ] || { id -un; return; }
    for name in nobody postgres; do
        runuser -u "$name" -- true 2>/dev/null && { echo "$name"; return; }
    done
    die "needs an unprivileged user (nobody or postgres) to run PostgreSQL as"
}

as_user() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u "$user" -- env HOME="$work/home" TMPDIR="$work/tmp" "$@"
    else
        env HOME="$work/home" TMPDIR="$work/tmp" "$@"
    fi
}

# The path stays short: that of a unix socket has 107 bytes. A file system mounted noexec cannot hold a library.
make_work() {
    local base bases=(/tmp /var/tmp)
    user=$(unprivileged_user)
    if [ "$(id -u)" != 0 ] && [ -n "${TMPDIR:-}" ] && [ ${#TMPDIR} -le 50 ]; then bases=("$TMPDIR" "${bases[@]}"); fi
    for base in "${bases[@]}"; do
        work=$(mktemp -d "$base/contacts.XXXXXX") || continue
        printf '#!/bin/sh\n' >"$work/probe"
        chmod +x "$work/probe"
        if "$work/probe" 2>/dev/null; then break; fi
        rm -rf "$work"
        work=
    done
    [ -n "$work" ] || die "no directory for temporary files lets programs run (tried ${bases[*]})"
    rm "$work/probe"
    mkdir "$work/log" "$work/home" "$work/tmp"
    if [ "$(id -u)" = 0 ]; then chown -R "$user": "$work"; fi
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# clean_up [STATUS]: also stops what a killed test left running.
clean_up() {
    local status=${1:-$?} pid_file
    trap '' HUP INT TERM
    cd /
    while IFS= read -r pid_file; do
        as_user "$bindir/pg_ctl" -D "${pid_file%/postmaster.pid}" -m immediate -w stop >/dev/null 2>&1 || true
    done < <(find "$work" -name postmaster.pid 2>/dev/null)
    rm -rf "$work"
    exit "$status"
}

# Leaves the private server running; stop_kept ends it.
keep_work() { trap - EXIT HUP INT TERM; }

stop_kept() {
    work=$(cd "$1" && pwd -P)
    [[ $(basename "$work") == contacts.* ]] || die "$work is not a directory of tools/demo"
    user=$(unprivileged_user)
    set_up
    clean_up
}

# Output goes to a log, of which the telling part is shown when the command fails.
quietly() {
    local name=$1 log=$work/log/$1.log
    shift
    "$@" >"$log" 2>&1 </dev/null && return
    printf '%s failed:\n' "$name" >&2
    grep -E -A6 '(error|warning|E):|Error [0-9]|undefined reference|cannot find' "$log" | head -n 80 >&2 || tail -n 40 "$log" >&2
    return 1
}

# ---------------------------------------------------------------------------------------------------------
# Packages

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || die "must install packages: run as root or install sudo"
        sudo "$@"
    fi
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# The server package makes and starts a cluster on port 5432 unless told otherwise; nobody asked for one. The
# setting that says so is put back as it was, also after an interruption.
apt_install_without_cluster() {
    apt_install postgresql-common
    # shellcheck disable=SC2016
    as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        set -e
        conf=/etc/postgresql-common/createcluster.conf
        saved=$(mktemp /etc/postgresql-common/createcluster.XXXXXX)
        cp -p "$conf" "$saved"
        trap "mv -f \"$saved\" \"$conf\"" EXIT
        trap "exit 130" HUP INT TERM
        echo "create_main_cluster = false" >>"$conf"
        apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
    ' sh "$@"
}

# A pooler is wanted as a program for one test; its package would start and enable a service.
apt_install_without_service() {
    # shellcheck disable=SC2016
    as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        set -e
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            trap "rm -f \"$policy\"" EXIT
            trap "exit 130" HUP INT TERM
            printf "#!/bin/sh\nexit 101\n" >"$policy"
            chmod +x "$policy"
        fi
        apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$1"
        if command -v systemctl >/dev/null; then systemctl disable -q "$1.service" 2>/dev/null || true; fi
    ' sh "$1"
}

# The newest PostgreSQL from 15 on that is installed with its headers, else the release's own.
postgres_major() {
    local dir major newest=0
    for dir in /usr/lib/postgresql/*/; do
        major=$(basename "$dir")
        if [[ $major =~ ^[0-9]+$ ]] && [ "$major" -ge 15 ] && [ "$major" -gt "$newest" ] &&
            is_installed "postgresql-$major" && is_installed "postgresql-server-dev-$major"; then
            newest=$major
        fi
    done
    if [ "$newest" -eq 0 ]; then
        newest=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
    fi
    echo "${newest:-0}"
}

# Usage: set_up [package...]; with what the build needs. PG_CONFIG chooses another PostgreSQL than Debian's default.
set_up() {
    local package major missing=() wanted=(g++ make libphonenumber-dev libprotobuf-dev libicu-dev perl "$@") updated=
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "no apt-get here; these Debian packages, or what they hold, are expected: ${wanted[*]} PostgreSQL"
        pg_config=${PG_CONFIG:-pg_config}
    elif [ -n "${PG_CONFIG:-}" ]; then
        pg_config=$PG_CONFIG
    else
        major=$(postgres_major)
        if [ "$major" -eq 0 ]; then
            say "apt-get update"
            quietly apt-update as_root apt-get update -qq
            updated=1
            major=$(postgres_major)
            [ "$major" -ne 0 ] || die "apt knows no package postgresql"
        fi
        [ "$major" -ge 15 ] || die "needs PostgreSQL 15 or later, this release has $major"
        wanted+=("postgresql-$major" "postgresql-server-dev-$major")
        pg_config=/usr/lib/postgresql/$major/bin/pg_config
    fi
    if command -v dpkg-query >/dev/null; then
        for package in "${wanted[@]}"; do
            is_installed "$package" || missing+=("$package")
        done
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing ${missing[*]}"
        [ -n "$updated" ] || quietly apt-update as_root apt-get update -qq
        if [[ " ${missing[*]} " == *" pgbouncer "* ]]; then
            quietly apt-install-pgbouncer apt_install_without_service pgbouncer
            for package in "${!missing[@]}"; do
                [ "${missing[$package]}" != pgbouncer ] || unset "missing[$package]"
            done
        fi
        if [ ${#missing[@]} -eq 0 ]; then
            :
        elif [[ " ${missing[*]} " == *" postgresql-${major:-} "* ]]; then
            quietly apt-install apt_install_without_cluster "${missing[@]}"
        else
            quietly apt-install apt_install "${missing[@]}"
        fi
    fi
    bindir=$("$pg_config" --bindir) || die "cannot run $pg_config"
    pg_version=$("$pg_config" --version)
    # shellcheck disable=SC2034
    pgxs_dir=$(cd "$(dirname "$("$pg_config" --pgxs)")/../.." && pwd -P)
    [ -x "$bindir/postgres" ] || die "$bindir has no server"
}

# ---------------------------------------------------------------------------------------------------------
# Build and stage

# Under sudo, what is built in somebody's tree stays theirs.
as_builder() {
    local owner
    owner=$(stat -c %U "$project" "$project/src" | sort -u)
    if [ "$(id -u)" = 0 ] && [ "$owner" != root ] && id "$owner" >/dev/null 2>&1; then
        runuser -u "$owner" -- "$@"
    else
        "$@"
    fi
}

# Objects of another server version, or built without -Werror when it is asked for, are not reused.
build() {
    local werror=${1:-} stamp=$project/build/stamp built='' lock
    say "building contacts $version for $pg_version"
    exec {lock}<"$project"
    flock "$lock"
    [ ! -f "$stamp" ] || built=$(<"$stamp")
    case $built in
        "$pg_version $(uname -m)$werror"*) ;;
        *) quietly clean as_builder make -C "$project" clean PG_CONFIG="$pg_config" with_llvm=no || return ;;
    esac
    as_builder mkdir -p "$project/build" || return
    echo "$pg_version $(uname -m)$werror" | as_builder tee "$stamp" >/dev/null || return
    quietly build as_builder make -C "$project" -j "$jobs" PG_CONFIG="$pg_config" with_llvm=no WERROR="$werror" || return
    quietly stage make -C "$project" install PG_CONFIG="$pg_config" with_llvm=no DESTDIR="$work/stage" || return
    exec {lock}<&-
    stage_tree
}

# The server's user may not be able to read the source tree: tests and data run from a copy.
stage_tree() {
    mkdir "$work/run"
    tar -C "$project" --exclude=./.git --exclude='./build*' --exclude=./results --exclude=./output_iso \
        --exclude=./tmp_check --exclude='*.o' --exclude='*.d' --exclude='*.bc' --exclude='*.so' -cf - . |
        tar -C "$work/run" --no-same-owner -xf -
    # PostgreSQL 18 has a setting for extensions outside the installation; before, Debian has one of its own, and
    # others run what is installed.
    if [ "$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 18 ]; then
        printf "extension_control_path = '%s:\$system'\ndynamic_library_path = '%s:\$libdir'\n" \
            "$work/stage$("$pg_config" --sharedir)" "$work/stage$("$pg_config" --pkglibdir)"
    elif "$bindir/postgres" --describe-config | grep '^extension_destdir' >/dev/null; then
        printf "extension_destdir = '%s'\n" "$work/stage"
    elif [ -n "$(cd "$work/stage" && find . -type f ! -exec cmp -s {} /{} \; -print)" ]; then
        die "$pg_version finds extensions nowhere but in its installation: make install PG_CONFIG=$pg_config first"
    fi >"$work/extension.conf"
    if [ "$(id -u)" = 0 ]; then chown -R "$user": "$work"; fi
}

# ---------------------------------------------------------------------------------------------------------
# A private server: reached through a socket in a directory that only its user can enter, on no port

start_server() {
    local dir=$work/$1
    mkdir "$dir"
    if [ "$(id -u)" = 0 ]; then chown "$user": "$dir"; fi
    cd "$work/run"
    quietly "initdb-$1" as_user "$bindir/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N
    {
        cat "$work/extension.conf"
        printf "listen_addresses = ''\nunix_socket_directories = '%s'\nport = 5432\nfsync = off\n" "$dir"
        printf "timezone = 'UTC'\nlog_timezone = 'UTC'\n"
    } >>"$dir/data/postgresql.conf"
    quietly "start-$1" as_user "$bindir/pg_ctl" -D "$dir/data" -l "$work/log/server-$1.log" -w start || {
        tail -n 20 "$work/log/server-$1.log" >&2
        return 1
    }
    export PGHOST=$dir PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
    export PATH="$bindir:$PATH"
}

stop_server() {
    as_user "$bindir/pg_ctl" -D "$work/$1/data" -m fast -w stop >/dev/null
}
