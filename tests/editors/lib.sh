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

# setup TOOL: the path that tests/setup/TOOL prints. Where the machine lacks
# something that we may not install, the whole test is skipped.
setup() {
  local path
  if path=$("$root/tests/setup/$1"); then
    echo "$path"
  else
    [[ $? -eq 77 ]] && return 77
    return 1
  fi
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
