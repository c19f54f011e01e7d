#!/usr/bin/env bash
# Stops the node of PROPERTIES_FILE and returns when it is gone. Usage: stop-broker.sh PROPERTIES_FILE term|kill
set -uo pipefail
folder=$(dirname "$1") signal=TERM
[ -e "$folder/pid" ] || exit 0
[ "${2:-term}" = kill ] && signal=KILL
pid=$(cat "$folder/pid")
kill -$signal "$pid" 2>/dev/null
for _ in $(seq 1 600); do kill -0 "$pid" 2>/dev/null || { rm -f "$folder/pid"; exit 0; }; sleep 0.05; done
echo "the node did not stop within 30 s: killed" >&2
kill -KILL "$pid" 2>/dev/null
rm -f "$folder/pid"
