#!/usr/bin/env bash
# The same network from sources whose terms are settled. FRUGAL_DATA holds lines/, fonts/ and text/; FONTS is another
# folder of fonts, such as recipes/lines_fr_xs/fonts.sh fills.
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds lines/, fonts/ and text/}"
frugal run recipe=lines_fr_open data.further.fonts.fonts="${FONTS:-fonts}" out=runs/lines_fr_open
frugal table runs/lines_fr_open
