# shellcheck shell=bash
# Sourced by the scripts beside it: what they share.
#
# Everything is installed below one cache folder, tests/.cache unless
# DOCKSTAGE_TEST_CACHE names another (a machine may keep one between
# checkouts). Each script is idempotent, writes progress to stderr and prints
# the one path a test needs to stdout. Exit code 77 means: this machine lacks
# something that we may not install, so the test that asked is to be skipped.

set -euo pipefail

setup_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DOCKSTAGE_TEST_CACHE:-$(dirname "$setup_dir")/.cache}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

readonly SKIPPED=77

say() { printf 'setup: %s\n' "$*" >&2; }

skip() {
  printf 'setup: skipped: %s\n' "$*" >&2
  exit $SKIPPED
}

# Installs the Debian packages that are not there yet. As an ordinary user it
# can only name them.
need_packages() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  command -v apt-get >/dev/null || skip "needs these Debian packages or their like: ${missing[*]}"
  [[ $(id -u) -eq 0 ]] || skip "needs root once, for: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # Two scripts may run at the same time: one waits for the other. The lists of
  # this machine (the cache may come from another) are read once an hour.
  local updated=${TMPDIR:-/tmp}/dockstage-apt-updated
  (
    flock 9
    if [[ -z $(find "$updated" -mmin -60 2>/dev/null) ]]; then
      apt-get -qq -o DPkg::Lock::Timeout=300 update >&2
      touch "$updated"
    fi
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
      install --no-install-recommends "${missing[@]}" >&2
  ) 9>"$cache/apt.lock" || skip "apt-get could not install ${missing[*]}"
}

# need_python: a python3 with pip, which fetches the wheels and unpacks them.
need_python() {
  python3 -m pip --version >/dev/null 2>&1 || need_packages python3 python3-pip
}

# unpack_wheel REQUIREMENT FOLDER: fetches one wheel and unpacks it as it is.
unpack_wheel() {
  local requirement=$1 folder=$2 download
  need_python
  download=$(mktemp -d "$cache/wheel.XXXXXX")
  say "fetching $requirement"
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$download" "$requirement" >&2 ||
    { rm -rf "$download"; skip "$requirement could not be fetched"; }
  rm -rf "$folder"
  python3 -m zipfile -e "$download"/*.whl "$folder"
  rm -rf "$download"
}
