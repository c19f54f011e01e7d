#!/usr/bin/env bash
# Starts the Ottla node that PROPERTIES_FILE describes, in the background, for the harness that runs Apache Kafka's own
# integration tests. Usage: start-broker.sh PROPERTIES_FILE NUM_BROKERS
set -euo pipefail
file=$1 brokers=$2 folder=$(dirname "$1") root=$(cd "$(dirname "$0")/../../.." && pwd)
# a node is broker, controller and coordination service at once: there is nothing to start for a separate controller
if grep -q '^process.roles=controller' "$file"; then exit 0; fi
if [ "$brokers" -gt 1 ]; then
  echo "Ottla runs as one node today: a cluster of $brokers brokers cannot be started." >&2
  exit 1
fi
# a new node takes the cluster's id from its log directories, as if they came from elsewhere: what kafka-storage format is for Kafka
if [ ! -e "$folder/coordination" ] && [ -n "${TCK_CLUSTER_ID:-}" ]; then
  IFS=, read -ra dirs <<< "$(sed -n 's/^log\.dirs=//p' "$file")"
  for dir in "${dirs[@]}"; do
    mkdir -p "$dir"
    printf 'version=0\ncluster.id=%s\n' "$TCK_CLUSTER_ID" > "$dir/meta.properties"
  done
fi
service=(--override "dataDir=$folder/coordination")
# TCK_ZOOKEEPER=host:port of an Apache ZooKeeper that holds nothing yet: each cluster gets a chroot there
if [ -n "${TCK_ZOOKEEPER:-}" ]; then
  mkdir -p "$folder/coordination"
  chroot=$(echo "$folder" | sha1sum | cut -c1-12)
  service=(--override "zookeeper.connect=$TCK_ZOOKEEPER/$chroot" --override zookeeper.session.timeout.ms=2000)
fi
# without a secret passwords that are set while running are refused, as by Kafka where its state is in ZooKeeper
OTTLA_BUILD=never "$root/ottla" start "$file" "${service[@]}" --override password.encoder.secret=tck >> "$folder/node.log" 2>&1 < /dev/null &
echo $! > "$folder/pid"
