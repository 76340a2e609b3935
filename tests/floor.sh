#!/usr/bin/env bash
# Counts what the floor plan is judged by: where the business lives in Recoup.Core, where one business thing lives, what a change
# touched, and lines that are too long. `tests/floor.sh [THING] [COMMIT...]`: THING is a word such as promise (the default); of each
# commit the files are counted, and the share of its lines that lies in one folder.
set -euo pipefail
cd "$(dirname "$0")/.."
thing=${1:-promise}
[ $# -eq 0 ] || shift
export LC_ALL=C.UTF-8
sources() { git ls-files -z -- "$@" | xargs -0 -r cat; }
lines() { sources "$@" | wc -l; }
share() { awk -v part="$1" -v whole="$2" 'BEGIN { printf "%.1f%%", whole ? 100 * part / whole : 0 }'; }

core=$(lines 'src/Recoup.Core/*.cs')
business=$(lines 'src/Recoup.Core/Accounts/*.cs' 'src/Recoup.Core/Receivables/*.cs' 'src/Recoup.Core/Recovery/*.cs' \
  'src/Recoup.Core/Contact/*.cs' 'src/Recoup.Core/Documents/*.cs' 'src/Recoup.Core/Outbox/*.cs' 'src/Recoup.Core/Webhooks/*.cs' \
  'src/Recoup.Core/Decisions/*.cs')
layers=$(lines 'src/Recoup.Core/Inputs/*.cs' 'src/Recoup.Core/Events/*.cs' 'src/Recoup.Core/Parties/*.cs' 'src/Recoup.Core/Machine*.cs')
echo "Recoup.Core has $core lines, of which in folders named for the business $business ($(share "$business" "$core")),"
echo "  in Inputs, Events, Parties and Machine* $layers ($(share "$layers" "$core"))."

files=$(git grep -il -- "$thing" -- 'src/*.cs' 'src/*.razor' | wc -l)
folders=$(git grep -il -- "$thing" -- 'src/*.cs' 'src/*.razor' | xargs -r -n1 dirname | sort -u | wc -l)
echo "'$thing' is named in $files files of $folders folders of src."

git ls-files -z -- '*.cs' '*.razor' '*.sh' '*.csproj' '*.md' '*.yaml' | xargs -0 cat | awk '
  { n++; if (length($0) > 160) { over++; if (length($0) > longest) longest = length($0) } }
  END { printf "Lines over 160 characters: %d of %d (%.1f%%)%s.\n", over, n, 100 * over / n, over ? ", the longest has " longest : "" }'

for commit in "$@"; do
  git show --numstat --format= "$commit" | awk -v commit="$commit" '
    { files++; added += $1; folder = $3; sub("/[^/]*$", "", folder); sum[folder] += $1; if ($3 ~ /^src\//) inside++ }
    END {
      for (f in sum) if (sum[f] > most) { most = sum[f]; best = f }
      printf "%s: %d files (%d in src), %d lines added, of which %.0f%% in %s.\n", commit, files, inside, added, added ? 100 * most / added : 0, best
    }'
done
