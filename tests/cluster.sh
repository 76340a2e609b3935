#!/bin/sh
# Several workers on one PostgreSQL that lose processes, the server, its primary and time; prints what came of each.
#   tests/cluster.sh          a few simulated days of each scenario
#   tests/cluster.sh --week   a simulated week of each
# RECOUP_CLUSTER=week|short says the same; RECOUP_CLUSTER_SEED chooses the moments at which things break.
# Needs PostgreSQL's server programs (Debian: postgresql) and nothing else; all on loopback, in temporary folders.
set -u
cd "$(dirname "$0")/.."
[ "${1:-}" = "--week" ] && RECOUP_CLUSTER=week
export RECOUP_CLUSTER="${RECOUP_CLUSTER:-short}"
RECOUP_CLUSTER_REPORT="$(mktemp)"
export RECOUP_CLUSTER_REPORT
told="$(mktemp)"
trap 'rm -f "$RECOUP_CLUSTER_REPORT" "$told"' EXIT
dotnet test tests/Recoup.Postgres --nologo --filter "FullyQualifiedName~Recoup.Tests.Cluster" >"$told" 2>&1
result=$?
[ $result -ne 0 ] && cat "$told"
echo
awk -F' [|] ' '
    BEGIN { printf "%-42s %s\n", "scenario", "outcome" }
    { printf "%-42s %s\n", $1, $2; if ($3 != "") printf "%-42s   (%s)\n", "", $3 }
' "$RECOUP_CLUSTER_REPORT"
echo
[ $result -eq 0 ] && echo "All scenarios hold ($RECOUP_CLUSTER)." || echo "A scenario does not hold ($RECOUP_CLUSTER); its name and what was found are above."
exit $result
