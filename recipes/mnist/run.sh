#!/usr/bin/env bash
# Three seeds and the table. FRUGAL_DATA/mnist holds mnist.npz or torchvision's files (data.download=true fetches them).
set -euo pipefail
: "${FRUGAL_DATA:?set FRUGAL_DATA to the folder that holds mnist/}"
for seed in 0 1 2; do
  frugal run recipe=mnist seed="$seed" out="runs/mnist-$seed"
done
frugal table runs/mnist-{0,1,2}
