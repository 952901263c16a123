#!/usr/bin/env bash
# Three seeds of the recipe, three of the same small size trained alone, and the table.
set -euo pipefail
for seed in 0 1 2; do
  frugal run recipe=digits seed="$seed" out="runs/digits-$seed"
  frugal run recipe=digits name=digits_alone seed="$seed" out="runs/digits_alone-$seed" \
    'model.widths=[8,16,24]' '~stages.prune' '~stages.recover'
done
frugal table runs/digits-{0,1,2} runs/digits_alone-{0,1,2}
