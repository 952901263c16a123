#!/usr/bin/env bash
# French handwritten lines, at most four megabytes. FRUGAL_DATA holds lines/, ink/, chars/, fonts/ and text/.
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds lines/, ink/, chars/, fonts/ and text/}"
frugal run recipe=lines_fr_s out=runs/lines_fr_s
frugal table runs/lines_fr_s
