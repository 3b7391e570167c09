#!/usr/bin/env bash
# down.sh: stops exactly what up.sh started (by pid, the last first). RUN as in up.sh.
set -u
LAB=${LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/puppis-lab}
RUN=${RUN:-$LAB/run}
[ -e "$RUN/pids" ] || { echo "lab: not up"; exit 0; }
for pid in $(tac "$RUN/pids" | cut -d' ' -f2); do
  kill "$pid" 2>/dev/null
  for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null
done
rm -f "$RUN/pids"
