# shellcheck shell=bash
# Sourced by the tests in real editors: the binary, and the closing line.

set -euo pipefail

editors_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$editors_dir/../.." && pwd)
fixtures=$editors_dir/fixtures

# Nothing of an editor outlives the test, and nothing of the user's is touched.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# finish PASSED FAILED SKIPPED: the last line of every test, and its exit code.
finish() {
  echo "$1 passed, $2 failed, $3 skipped"
  [[ $2 -eq 0 ]] || exit 1
  exit 0
}

skip_all() {
  echo "skipped: $*"
  finish 0 0 1
}

# require VARIABLE TOOL: sets the variable to the path that tests/setup/TOOL
# prints. Where the machine lacks something that we may not install, the whole
# test is skipped; a script that fails otherwise is a failure.
require() {
  local path status=0
  path=$("$root/tests/setup/$2") || status=$?
  case $status in
    0) printf -v "$1" '%s' "$path" ;;
    77) skip_all "$2 is missing (see above)" ;;
    *) echo "FAILED  tests/setup/$2 (exit $status)"; finish 0 1 0 ;;
  esac
}

# find_binary [PATH]: the server under test, built when none is named.
find_binary() {
  local binary=${1:-${DOCKSTAGE_BIN:-}}
  if [[ -z $binary ]]; then
    (cd "$root" && cargo build --locked --quiet --bin dockstage) >&2
    binary=${CARGO_TARGET_DIR:-$root/target}/debug/dockstage
  fi
  [[ -x $binary ]] || { echo "no program at $binary" >&2; return 1; }
  realpath "$binary"
}
