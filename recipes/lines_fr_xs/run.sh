#!/usr/bin/env bash
# Train, quantise, measure. FRUGAL_DATA holds lines/, fonts/, text/, ink/ and chars/ (README.md says what lies there).
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds lines/, fonts/, text/, ink/ and chars/}"
frugal run recipe=lines_fr_xs out=runs/lines_fr_xs
frugal table runs/lines_fr_xs
