#!/usr/bin/env bash
# The teacher, the student, int8; then the same small size trained alone, and the table.
# FRUGAL_DATA/unipen_chars holds unipen_images28.npz (and unipen_strokes.npz for rel_height).
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds unipen_chars/}"
small=('model.widths=[16,32,68]' 'model.depths=[1,2,2]' model.dropout=0.1 training.max_epochs=16 '~stages.distil')
frugal run recipe=unipen_chars out=runs/unipen_chars
frugal run recipe=unipen_chars name=unipen_alone out=runs/unipen_alone "${small[@]}"
frugal table runs/unipen_chars runs/unipen_alone
