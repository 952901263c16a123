#!/usr/bin/env bash
# Train lm-fr. FRUGAL_DATA holds text/ and lines/ (README.md says what lies there, and where the weights come from).
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds text/ and lines/}"
lines="$FRUGAL_DATA/lines/copiste_fr.parquet"
frugal lm "$FRUGAL_DATA/text/fr_docs.txt" "$FRUGAL_DATA/text/fr_modern.txt" "$lines" --kind body --kind label \
  --held-out "$lines" --weights 0.036,0.319,0.645 --order 7 --max-bytes 2M --alpha 0.7 --beta 2 --temperature 1.3 \
  --licence "$(dirname "$0")/licence.json" -o runs/lm_fr
