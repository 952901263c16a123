#!/usr/bin/env bash
# Fetches the handwriting fonts of fonts.txt into FOLDER: 241 free fonts as Fontsource packs them for npm (220 MB to
# download, 8 MB kept: of each the upright regular Latin cut).
set -euo pipefail
folder="$(mkdir -p "${1:?usage: fonts.sh FOLDER}" && cd "$1" && pwd)"
list="$(cd "$(dirname "$0")" && pwd)/fonts.txt"
packed="$(mktemp -d)"
trap 'rm -rf "$packed"' EXIT
cd "$packed"
xargs -a "$list" -P 4 -I{} npm pack --silent "@fontsource/{}" > /dev/null
for archive in *.tgz; do
  tar -xzf "$archive" -C "$folder" --strip-components=2 --wildcards '*-latin-400-normal.woff2'
done
ls "$folder" | wc -l
