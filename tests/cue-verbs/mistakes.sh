#!/usr/bin/env bash
# mistakes.sh [--write]: what a person is told about typical mistakes. Each of mistakes/*.cue is exported with --explain; the
# messages must be those of mistakes/NAME.txt (written anew with --write).
set -uo pipefail
cd "$(dirname "$0")/../.."
bin=$(realpath "${PUPPIS_BIN:-build/release/puppis}")
cd tests/cue-verbs/mistakes
status=0
for file in *.cue; do
  told=$("$bin" cue export --explain "$file" 2>&1 >/dev/null)
  if [ "${1:-}" = --write ]; then
    printf '%s\n' "$told" >"${file%.cue}.txt"
  elif ! diff <(printf '%s\n' "$told") "${file%.cue}.txt"; then
    echo "mistakes: the messages about $file (above, <) are not those of ${file%.cue}.txt (>)"
    status=1
  fi
done
exit $status
