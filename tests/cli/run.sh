#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a user gets wrong is told with file, line and column, what was expected and found; nothing is applied; the exit
# code says whose fault it was.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../server.sh"
passed=0 failed=0
mistake() { # what place-and-words exit-code < document
  local what=$1 pattern=$2 code=$3 out got
  cat > "$WORK/app.yaml"
  out=$(cd "$WORK" && "$PUPPIS" dry-run --offline -f app.yaml 2>&1 >/dev/null); got=$?
  if [ "$got" = "$code" ] && grep -qE -- "$pattern" <<<"$out"; then passed=$((passed + 1)); return; fi
  failed=$((failed + 1)); printf 'FAILED %s\n  wanted exit %s: %s\n  got exit %s:\n%s\n' "$what" "$code" "$pattern" "$got" "$out"
}
head_of() { printf 'apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata:\n  name: a\nspec:\n  components:\n'; }
mistake "a port that is no number" '^app.yaml:11:24: .*expected int from 1 to 65535, found "eighty"' 2 <<Y
$(head_of)
    - name: web
      type: webservice
      properties:
        image: nginx
        ports: [{port: "eighty"}]
Y
mistake "an unknown component type" '^app.yaml:8:13: .*webservise.*did you mean webservice' 3 <<Y
$(head_of)
    - name: web
      type: webservise
      properties: {image: nginx}
Y
mistake "a missing required parameter" '^app.yaml:(9|10):.*image' 2 <<Y
$(head_of)
    - name: web
      type: webservice
      properties:
        cpu: "1"
Y
mistake "a misspelt parameter" '^app.yaml:11:9: .*did you mean ports' 2 <<Y
$(head_of)
    - name: web
      type: webservice
      properties:
        image: nginx
        prots: [{port: 80}]
Y
mistake "a YAML fault" '^app.yaml:[0-9]+:[0-9]+: ' 2 <<Y
$(head_of)
    - name: web
      type: [webservice
      properties: {image: nginx}
Y
mistake "an unknown trait" '^app.yaml:11:17: .*did you mean scaler' 3 <<Y
$(head_of)
    - name: web
      type: webservice
      properties: {image: nginx}
      traits:
        - type: scalar
Y
mistake "two faults in one run" 'app.yaml:13:.*' 2 <<Y
$(head_of)
    - name: web
      type: webservise
      properties: {image: nginx}
    - name: other
      type: worker
      properties:
        imaeg: nginx
Y
# Nothing is applied when any part of a file is wrong.
embedded --nodes 0
printf '%s\n    - {name: good, type: worker, properties: {image: nginx}}\n    - {name: bad, type: worker, properties: {image: 3}}\n' "$(head_of)" > "$WORK/bad.yaml"
"$PUPPIS" up -f "$WORK/bad.yaml" >/dev/null 2>"$WORK/err"; got=$?
if [ "$got" = 2 ] && ! "$PUPPIS" status a >/dev/null 2>&1; then passed=$((passed + 1)); else
  failed=$((failed + 1)); echo "FAILED up of a bad file: exit $got"; cat "$WORK/err"; fi
# Definitions are edited with whatever EDITOR names; what is wrong is not put back.
check() { # what command...
  local what=$1; shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $what"; fi
}
printf '#!/bin/sh\nsed -i "s/Name of the tier/The tier, by name/" "$1"\n' > "$WORK/good-editor"
printf '#!/bin/sh\nsed -i "s/name: string/name: strnig/" "$1"\n' > "$WORK/bad-editor"
chmod +x "$WORK/good-editor" "$WORK/bad-editor"
edit() { EDITOR=$1 TMPDIR=$WORK "$PUPPIS" def edit tier -t trait -n vela-system < /dev/null > "$WORK/out" 2> "$WORK/err"; }
"$PUPPIS" install > /dev/null 2>&1
check "def apply" "$PUPPIS" def apply "$top/tests/tier.cue" -n vela-system > /dev/null
check "def edit" edit "$WORK/good-editor"
check "the edit is there" grep -q "The tier, by name" <("$PUPPIS" def get tier -n vela-system)
edit "$WORK/bad-editor"; check "a bad edit is refused with exit code 1" [ $? = 1 ]
check "and told with its line" grep -qE 'tier-[a-z0-9]+\.cue:[0-9]+:[0-9]+: error: .*strnig' "$WORK/err"
check "and not put back" grep -q "name: string" <("$PUPPIS" def get tier -n vela-system)
# No colour where there is no terminal; every verb is in the manual's list of them, which `puppis --help` prints.
check "no colour in a pipe" bash -c '! "$0" dry-run --offline -f "$1" 2>&1 | grep -q $'"'"'\033'"'" "$PUPPIS" "$WORK/bad.yaml"
check "colour on a terminal" bash -c 'command -v script >/dev/null || exit 0; script -qec "TERM=xterm $0 dry-run --offline -f $1" /dev/null | grep -q $'"'"'\033'"'" "$PUPPIS" "$WORK/bad.yaml"
echo "command line: $passed as they should be, $failed not"
[ "$failed" = 0 ]
