#!/usr/bin/env bash
# Sizes of functions and files against what the house aims at.
set -u
cd "$(dirname "$0")/.." || exit 2
git ls-files -co --exclude-standard 'fp/*.c' 'daemon/*.c' 'nft/*.c' 'db/*.c' 'tools/*.c' |
    xargs ctags -x --c-kinds=f --_xformat='%F %n %e %N' |
    awk '{ print $3-$2+1 }' | sort -n |
    awk '{ v[NR] = $1; s += $1 } END {
        printf "functions  %d, median %d lines, 90 %% under %d, longest %d; aims 18, 45, 80\n",
            NR, v[int((NR+1)/2)], v[int(NR*0.9)+1], v[NR] }'
git ls-files -co --exclude-standard '*.c' '*.h' | xargs wc -l | grep -v total | sort -nr |
    awk 'NR == 1 { printf "files      longest %d lines: %s\n", $1, $2 } END { print "files     ", NR }'
