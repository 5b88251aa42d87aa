# Sourced by the scripts: leaves the checkout ($root) with its packages and generated code, and $node naming Node 24.
# A script that starts Kafka says needs=brokers before. What needs more than this is written in TypeScript.
set -euo pipefail
script=scripts/$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
node=$root/node_modules/node/bin/node
export PATH="$root/node_modules/.bin:$PATH" TURBO_TELEMETRY_DISABLED=1

fail() {
  echo "$script: $*" >&2
  exit 1
}

# what Kafka is made of, unless it runs elsewhere
need_brokers() {
  if [ -n "${KAFKA_BROKERS:-}" ]; then return; fi
  local java=${JAVA_HOME:+$JAVA_HOME/bin/}java version
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1) || true
  [ "${version:-0}" -ge 17 ] ||
    fail "a JDK 17 or later is needed for Kafka (found: ${version:-none}): install one (apt-get install openjdk-17-jdk-headless), set JAVA_HOME, or point KAFKA_BROKERS at a running Kafka"
  command -v mvn >/dev/null || compgen -G "$HOME/.cache/giaolo/kafka-*/complete.json" >/dev/null ||
    fail "Maven (mvn) is needed to fetch Kafka: install it (apt-get install maven), or point KAFKA_BROKERS at a running Kafka"
}

# run_logged <what> <log> <command...>: quiet, with a line every ten seconds; gone, with all it started, when we are
run_logged() {
  local what=$1 log=$2 fifths=0 child
  shift 2
  mkdir -p "$(dirname "$log")"
  set -m # a process group of its own
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  set +m
  trap 'kill -KILL -$child 2>/dev/null; exit 130' INT TERM HUP
  while kill -0 $child 2>/dev/null; do
    sleep 0.2
    fifths=$((fifths + 1))
    [ $((fifths % 50)) -ne 0 ] || echo "         still $what ($((fifths / 5)) s)"
  done
  trap - INT TERM HUP
  wait $child
}

packages_are_there() {
  local installed=node_modules/.package-lock.json
  [ -x "$node" ] && [ -f $installed ] && [ ! -f node_modules/.installing ] || return 1
  [ ! package-lock.json -nt $installed ] || [ "$(cat node_modules/.giaolo-lock 2>/dev/null)" = "$(cksum <package-lock.json)" ]
}

install_packages() {
  local log=.giaolo/npm-install.log free
  command -v npm >/dev/null || fail "npm is needed: install Node.js 20 or later (apt-get install nodejs npm)"
  free=$(df -Pm . | awk 'NR == 2 { print $4 }')
  [ "${free:-9999}" -ge 1500 ] || fail "only $free MB are free on this disk, npm packages need 1500 MB: free some space"
  echo "         installing npm packages (about 700 MB, a minute or two)"
  # npm takes a package that it did not finish for a whole one
  [ ! -f node_modules/.installing ] || rm -rf node_modules
  mkdir -p node_modules && touch node_modules/.installing
  # --no-save: the lock stays as it is, byte by byte
  if ! run_logged "installing npm packages" $log npm install --no-save --no-audit --no-fund; then
    ! grep -q ENOSPC $log || fail "the disk is full: free some space and try again"
    fail "npm install failed: $(grep -m 1 -E '^npm (error|ERR!) .*(reason|fail|cannot|[Nn]o matching|[Nn]ot found)' $log || tail -n 1 $log) (is the network there? more in $log)"
  fi
  cksum <package-lock.json >node_modules/.giaolo-lock
  rm -f node_modules/.installing
}

generate_contracts() {
  local image=proto/gen/image.binpb # made last
  if [ ! -f $image ] || [ -n "$(find proto/giaolo proto/*.yaml proto/generate.ts -newer $image -print -quit)" ]; then
    echo "         generating code from the contracts"
    run_logged "generating code" .giaolo/generate.log "$node" proto/generate.ts ||
      fail "the contracts do not generate: $(grep -m 1 -E '\.proto:' .giaolo/generate.log || tail -n 1 .giaolo/generate.log)"
  fi
}

from=$PWD
cd "$root"
[ "${needs:-}" != brokers ] || need_brokers
packages_are_there || install_packages
case $("$node" -v 2>/dev/null) in
  v24.*) ;;
  *) fail "$node is not Node 24 (found: $("$node" -v 2>/dev/null || echo none)): let npm run install scripts (npm config set ignore-scripts false), remove node_modules and try again" ;;
esac
generate_contracts
cd "$from"
