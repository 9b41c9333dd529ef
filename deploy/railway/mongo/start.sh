#!/bin/bash
# Starts mongod with a key file, which a replica set with sign-in asks for, and makes it a set of one beside that.
set -euo pipefail

: "${MONGO_INITDB_ROOT_USERNAME:?set it, such as stockroom}"
: "${MONGO_INITDB_ROOT_PASSWORD:?set it to a long random word}"
: "${REPLICA_SET_KEY:?set it to what "openssl rand -base64 48" prints}"

# mongod takes a key file only from its owner and closed to others.
key_file=/etc/mongo-key
install --owner=mongodb --group=mongodb --mode=400 /dev/stdin "$key_file" <<< "$REPLICA_SET_KEY"

initiate() {
  # The first start makes the user on a mongod that is no set yet; the tries against that one fail, and one a moment later does not.
  for _ in $(seq 120); do
    if mongosh --quiet --nodb --file /usr/local/share/initiate.js; then return; fi
    sleep 1
  done
  echo 'The replica set could not be initiated; see the lines above.' >&2
}
initiate &

# Railway's private network is IPv6 in projects from before October 2025.
exec docker-entrypoint.sh mongod \
  --replSet rs0 --keyFile "$key_file" --bind_ip_all --ipv6 \
  --setParameter transactionLifetimeLimitSeconds=3
