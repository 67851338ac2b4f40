#!/usr/bin/env bash
# Checks the alerts and Prometheus' configuration, and runs the alerts' unit tests.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
dir=$(mktemp -d -t dino-rules.XXXXXX)
trap 'rm -rf "$dir"' EXIT

# Side by side, as deploy/compose.yaml mounts them.
cp helm/dino-bridge/files/alerts{,-outbox,-vernemq}.yaml deploy/prometheus/{prometheus,alerts_test}.yaml "$dir"
promtool check rules --lint-fatal "$dir"/alerts{,-outbox,-vernemq}.yaml
promtool check config "$dir/prometheus.yaml"
promtool test rules "$dir/alerts_test.yaml"
