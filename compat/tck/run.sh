#!/usr/bin/env bash
# Runs Apache Kafka's own integration tests against this build of Ottla. Usage: run.sh HARNESS_FOLDER [--all] [selector ...]
# Without --all, what not-served.txt lists is skipped. HARNESS_FOLDER holds the harness's run.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) harness=$(cd "$1" && pwd)
shift
excluded="$harness/excluded.txt,$harness/not-portable.txt,$here/not-served.txt"
if [ "${1:-}" = --all ]; then excluded="$harness/excluded.txt,$harness/not-portable.txt"; shift; fi
exec "$harness/run.sh" --hooks "$here/hooks" -Dtck.protocols=classic "-Dtck.excluded=$excluded" "$@"
