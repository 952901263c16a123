#!/usr/bin/env bash
# The teacher as it stands; the student without it and with it, from one start; one table; the CPU time of a line in pairs.
# FRUGAL_DATA holds lines/, fonts/, text/, ink/ and chars/; every training stands in the ledger.jsonl of its run.
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds lines/, fonts/, text/, ink/ and chars/}"
recover="${RECOVER:-24}" # epochs after pruning, the same for both
epochs="${EPOCHS:-5}"    # then with the teacher, or without
start="stages.recover.epochs=$recover"
frugal run recipe=lines_fr_s name=minus90_teacher initial=lines-fr-s@2 training.max_epochs=0 '~passes.int8' \
  out=runs/minus90_teacher
frugal run recipe=minus90 "$start" stages.distil.epochs="$epochs" out=runs/minus90
frugal run recipe=minus90 name=minus90_alone "$start" '~stages.distil' +stage@stages.alone=finetune \
  stages.alone.epochs="$epochs" stages.alone.learning_rate=1.0e-3 out=runs/minus90_alone
frugal table runs/minus90_teacher runs/minus90_alone runs/minus90
frugal bench runs/minus90/artefact runs/minus90_teacher/artefact --shape image=1,64,1018 --ci 2% --cap 60s
