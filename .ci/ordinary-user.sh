#!/usr/bin/env bash
# Starts Steward as somebody who is not root, in a folder that only its owner can enter, and where the system allows it
# without any network but loopback: once installed, nothing is fetched.
set -euo pipefail
work=$1
[ "$(id -u)" -eq 0 ] || { echo 'run as root, which hands over to an ordinary user'; exit 1; }
home="$work/ordinary user"
mkdir -p "$home"
git archive HEAD | tar -x -C "$home"
cp -a node_modules "$home/node_modules"
chown -R nobody "$home"
chmod 700 "$home"
offline=()
unshare --net true 2>/dev/null && offline=(unshare --net)
cd "$home"
"${offline[@]}" bash -c 'ip link set lo up 2>/dev/null || true; exec runuser -u nobody -- env HOME="$PWD" npx tsx .ci/newcomer.ts . "$PWD/.home"'
