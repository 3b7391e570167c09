#!/usr/bin/env bash
# tidy.sh CLANG_TIDY BUILD_DIR changed|all: clang-tidy over the sources, warnings as errors. A file whose text and
# whose rules were clean before is not looked at again (stamps in the cache), so a second run costs nothing.
set -euo pipefail
tidy=$1 build=$2 what=$3
stamps=${PUPPIS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis}/tidy
mkdir -p "$stamps"
if [ "$what" = all ]; then
  files=$(git ls-files 'src/*.cpp' | grep -v _test.cpp)
else
  base=$(git merge-base HEAD "${TIDY_BASE:-HEAD~1}" 2>/dev/null || git rev-list --max-parents=0 HEAD | tail -1)
  files=$( (git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'; git diff --name-only --diff-filter=d -- 'src/*.cpp') | { grep -v _test.cpp || true; } | sort -u)
fi
if [ "$what" != all ] && [ "$(printf '%s\n' $files | grep -c .)" -gt 100 ]; then
  echo "clang-tidy: NOT RUN, more than 100 files changed since ${TIDY_BASE:-HEAD~1}; TIDY=all ./dev lint looks at every file"
  exit 0
fi
[ -n "$files" ] || { echo "clang-tidy: no source file changed"; exit 0; }
rules=$(sha256sum .clang-tidy "$tidy" | sha256sum | cut -c1-12)
one() {
  local key; key=$rules-$(cat "$1" "${1%.cpp}.h" 2>/dev/null | sha256sum | cut -c1-24)
  [ -e "$stamps/$key" ] && return 0
  "$tidy" -quiet --extra-arg=-Wno-deprecated-declarations -p "$build" "$1" 2>/dev/null || return 1
  touch "$stamps/$key"
}
export -f one; export tidy build stamps rules
# gcc's own warning names are unknown to clang; they are no finding.
printf '%s\n' $files | grep -v '^$' | xargs -P "$(nproc)" -I{} bash -c 'one {}' && echo "clang-tidy: clean"
