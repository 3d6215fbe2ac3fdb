#!/bin/bash
# Compares on a Slurm cluster, in a folder that all nodes share: an array of parts, and a job that merges them when all are done.
#
#   TASKS=64 examples/slurm/submit.sh base.npy q4.npy --tokens tokens.npy
set -euo pipefail
here=$(dirname "$(realpath "$0")")

export PARTS=${PARTS:-$(mktemp -d "$PWD/parts.XXXXXX")}
array=$(sbatch --parsable --array="1-${TASKS:-8}" "$here/compare.sbatch" "$@")
merge=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes "$here/merge.sbatch")
echo "parts $array, merged by $merge, in $PARTS"
