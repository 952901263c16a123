#!/usr/bin/env bash
# A model of the zoo trained on with one's own lines: bash recipes/lines_small/run.sh MY_LINES
set -euo pipefail
: "${1:?give the folder or file of your lines (lines.tsv with images, or *.parquet)}"
frugal data check "$1"
frugal run recipe=lines_small data.root="$1" out=runs/lines_small
frugal table runs/lines_small
