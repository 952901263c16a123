#!/usr/bin/env bash
# The large network as it stands; the small one pruned and recovered; the same, taught by the large one; one table; the
# CPU time of a line in pairs. FRUGAL_DATA holds lines/, fonts/, text/, ink/ and chars/; every training stands in the
# ledger.jsonl of its run.
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds lines/, fonts/, text/, ink/ and chars/}"
frugal run recipe=lines_fr_s name=minus90_large initial=lines-fr-s@2 training.max_epochs=0 '~passes.int8' \
  out=runs/minus90_large
frugal run recipe=minus90 out=runs/minus90
frugal run recipe=minus90 name=minus90_taught +stage@stages.teach=distil_ctc stages.teach.teacher=lines-fr-s@2 \
  stages.teach.epochs=5 stages.teach.learning_rate=1e-3 out=runs/minus90_taught
frugal run recipe=minus90 name=minus90_untaught +stage@stages.alone=finetune stages.alone.epochs=5 \
  stages.alone.learning_rate=1e-3 out=runs/minus90_untaught
frugal table runs/minus90_large runs/minus90 runs/minus90_taught runs/minus90_untaught
frugal bench runs/minus90/artefact runs/minus90_large/artefact --shape image=1,64,1018 --ci 2% --cap 60s
