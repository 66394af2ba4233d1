#!/usr/bin/env bash
# Clones the repository into an empty folder, runs both commands of the README there with the machine's own Node first in
# PATH, and prints the seconds from the clone to the first `terraform init` that installed a module. Fails when a step does.
#
#     bench/fresh-clone.sh [--no-tests]
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
server=
clean_up() {
  if [[ -n $server ]]; then kill -TERM -- "-$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap clean_up EXIT
unset TF_CLI_CONFIG_FILE SSL_CERT_FILE
# Not the Node of this checkout: the clone has to find its own.
PATH=$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd:)
export PATH
echo "node in PATH: $(node --version)"

read -r http https < <(node -e '
  const net = require("node:net");
  const servers = [net.createServer(), net.createServer()];
  let open = 0;
  for (const s of servers) s.listen(0, "127.0.0.1", () => {
    if (++open === 2) { console.log(servers.map((x) => x.address().port).join(" ")); servers.forEach((x) => x.close()); }
  });')
export ASHLAR_LISTEN=127.0.0.1:$http ASHLAR_LISTEN_TLS=127.0.0.1:$https

begin=$(date +%s.%N)
seconds() { awk -v from="$begin" -v to="$1" 'BEGIN { print to - from }'; }
git clone --quiet "$repository" "$work/ashlar"
cd "$work/ashlar"
npm ci --silent
setsid npm start >"$work/server.log" 2>&1 &
server=$!
until curl --silent --fail --output /dev/null "http://127.0.0.1:$http/readyz"; do
  if ! kill -0 "$server" 2>/dev/null; then cat "$work/server.log"; exit 1; fi
  sleep 0.05
done
ready=$(date +%s.%N)

if command -v terraform >/dev/null; then
  mkdir "$work/root"
  cat >"$work/root/main.tf" <<TF
module "naming" {
  source   = "127.0.0.1:$http/example/avm-utl-naming/generic"
  version  = "~> 1.0"
  workload = "shop"
}
TF
  printf 'host "127.0.0.1:%s" {\n  services = { "modules.v1" = "http://127.0.0.1:%s/v1/modules/" }\n}\n' "$http" "$http" >"$work/tfrc"
  (cd "$work/root" && TF_CLI_CONFIG_FILE=$work/tfrc terraform init -no-color >"$work/init.log" 2>&1) || true
  test -d "$work/root/.terraform/modules/naming" || { cat "$work/init.log"; exit 1; }
  end=$(date +%s.%N)
  printf 'clone to ready: %.1f s; clone to the first terraform init: %.1f s\n' "$(seconds "$ready")" "$(seconds "$end")"
else
  echo 'terraform is not in PATH: its part is skipped'
  printf 'clone to ready: %.1f s\n' "$(seconds "$ready")"
fi
kill -TERM -- "-$server"
wait "$server" || true
server=

if [[ ${1-} != --no-tests ]]; then npm ci --silent && npm test; fi
