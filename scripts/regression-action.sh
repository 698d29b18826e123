#!/usr/bin/env bash
# The work of action.yml: runs MODELS, compares them with BASELINES. Everything comes in environment variables.
set -euo pipefail
read -r -d '' -a models <<<"$MODELS" || true
if [ "${#models[@]}" = 0 ]; then
  echo "::error title=diana-sim::the input 'models' is empty; name at least one model"
  exit 2
fi
if [ -n "${HISTORY:-}" ] && [ -z "${COMMIT:-}" ]; then
  echo "::error title=diana-sim::the input 'history' needs 'commit'; give the commit's hash"
  exit 2
fi
current=$(mktemp -d)
trap 'rm -rf "$current"' EXIT
hardware=()
if [ -n "${HW:-}" ]; then hardware=(--hw "$HW"); fi
markdown=()
if [ -n "${MARKDOWN:-}" ]; then markdown=(--format markdown -o "$MARKDOWN"); fi
node "$DIANA_SIM" baseline "${models[@]}" --seed "${SEED:-0}" "${hardware[@]}" -o "$current"
# Figures of a commit that fails the check belong to its history, too.
if [ -n "${HISTORY:-}" ]; then
  page=()
  if [ -n "${HISTORY_HTML:-}" ]; then page=(--format html -o "$HISTORY_HTML"); fi
  # A run of the same commit again gives way to this one.
  node "$DIANA_SIM" history add "$current" --commit "$COMMIT" --file "$HISTORY" --replace
  node "$DIANA_SIM" history show --file "$HISTORY" "${page[@]}"
fi
node "$DIANA_SIM" compare "$BASELINES" "$current" --max-cycles "${MAX_CYCLES:-0}" --max-l2 "${MAX_L2:-0}" \
  --fail-on "${FAIL_ON:-regressed}" "${markdown[@]}"
