#!/usr/bin/env bash
# The teacher as it stands, the student with it and without it, one table, and the CPU time of a line in pairs.
# FRUGAL_DATA holds lines/, fonts/, text/ and ink/; every training stands in the ledger.jsonl of its run.
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds lines/, fonts/, text/ and ink/}"
epochs="${EPOCHS:-24}" # with the teacher, or without; after the first one, which is the same for both
frugal run recipe=lines_fr_xs name=minus90_teacher initial=lines-fr-xs@5 training.max_epochs=0 '~passes.int8' \
  out=runs/minus90_teacher
frugal run recipe=minus90 stages.distil.epochs="$epochs" out=runs/minus90
frugal run recipe=minus90 name=minus90_alone '~stages.distil' +stage@stages.alone=finetune \
  stages.alone.epochs="$epochs" out=runs/minus90_alone
frugal table runs/minus90_teacher runs/minus90_alone runs/minus90
frugal bench runs/minus90/artefact runs/minus90_teacher/artefact --shape image=1,64,1018 --ci 2% --cap 60s
