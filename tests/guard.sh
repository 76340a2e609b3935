#!/usr/bin/env bash
# Holds what this program makes of worlds and histories against what an earlier one made of them: states, cells, KPI
# answers, letters, decisions. Used while code moves: `tests/guard.sh COMMIT [SAMPLE]`, where COMMIT has this script too and
# SAMPLE is a file of the mapping late-payment-histories. Ends with 0 where nothing differs but the names that
# tests/guard.renames lists (a sed script for the earlier program's text).
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { echo "usage: tests/guard.sh COMMIT [SAMPLE]" >&2; exit 2; }
earlier=$(git rev-parse --verify "$1^{commit}")
sample=${2:+$(realpath "$2")}
kept=${RECOUP_GUARD:-$(mktemp -d)}
mkdir -p "$kept"
kept=$(realpath "$kept")
[ -n "${RECOUP_GUARD:-}" ] || trap 'rm -rf "$kept"' EXIT

dump() { # FOLDER OUT
  (cd "$1" && dotnet build bench/Recoup.Bench -c Release -v q -nologo >"$2.log" 2>&1) || { cat "$2.log" >&2; exit 1; }
  rm -rf "$2"
  (cd "$1" && dotnet bench/Recoup.Bench/bin/Release/net10.0/Recoup.Bench.dll guard "$2" ${sample:+"$sample"})
}

# The earlier program's dump is made once: RECOUP_GUARD names a folder that keeps it.
if [ ! -d "$kept/$earlier" ]; then
  git worktree add -q --detach "$kept/source" "$earlier"
  trap 'git worktree remove --force "$kept/source" 2>/dev/null; [ -n "${RECOUP_GUARD:-}" ] || rm -rf "$kept"' EXIT
  dump "$kept/source" "$kept/making"
  mv "$kept/making" "$kept/$earlier"
fi
dump . "$kept/now"
rm -rf "$kept/renamed"
cp -r "$kept/$earlier" "$kept/renamed"
find "$kept/renamed" -type f -exec sed -E -i -f tests/guard.renames {} +
# A renamed word may stand elsewhere in the order of lines.
for folder in renamed now; do
  find "$kept/$folder" -type f -name '*.txt' ! -name decisions.txt ! -name letters.txt ! -name kpis.txt -exec sh -c 'LC_ALL=C sort -o "$1" "$1"' sh {} \;
done
if diff -r "$kept/renamed" "$kept/now" >"$kept/difference.txt"; then
  echo "No difference to $earlier: $(find "$kept/now" -name '*.txt' | wc -l) files, $(find "$kept/now" -name '*.txt' -exec cat {} + | wc -l) lines."
else
  head -c 4000 "$kept/difference.txt"
  echo "DIFFERENT from $earlier: $(grep -c '^[<>]' "$kept/difference.txt") lines."
  exit 1
fi
