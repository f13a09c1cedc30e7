#!/usr/bin/env bash
# Builds everything and runs every test: the .NET ones and the browser client's under Node.
#
#   tests/run.sh           all of them; installs what is missing when run as root on Debian
#   tests/run.sh --quick   without the browser and without the slow ones (Category=Browser, Category=Slow)
#
# The last line is the sum: "N passed, N failed", and ", N skipped" if any were.
# With CI=true a skipped test is a failure, unless its reason starts with "cannot exist here:".
set -uo pipefail
cd "$(dirname "$0")/.."

quick=
case "${1-}" in
  '') ;;
  --quick) quick=1 ;;
  *) sed -n '2,8s/^# \{0,1\}//p' tests/run.sh >&2; exit 2 ;;
esac

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# A build server that outlives us would keep the caller's pipe open.
export MSBUILDDISABLENODEREUSE=1
# The tests use the system's Chromium.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
[ -z "$quick" ] || export RFB_QUICK=1 # tells the Node tests

results=$PWD/artifacts/test-results
rm -rf "$results"
mkdir -p "$results"
: >"$results/counts"

. tests/run/tools.sh
. tests/run/counts.sh

need_tools || exit 1

echo "== build"
dotnet build RfBroadcast.sln -c Release --nologo -v quiet -p:UseSharedCompilation=false </dev/null || {
  echo 'The build failed, so no test ran.' >&2
  exit 1
}

# Two projects at a time, because tests wait more than they compute. The longest comes first by its name.
printf '%s\0' tests/*/*.Tests.csproj | xargs -0 -n 1 -P 2 tests/run/project.sh "$results" "${quick:+Category!=Browser&Category!=Slow}"
for project in tests/*/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  echo "== $name"
  cat "$results/$name.log"
  count_trx "$name" "$results/$name.trx" "$(cat "$results/$name.exit" 2>/dev/null || echo 1)"
done

if [ -f tests/client/package.json ]; then
  echo "== client"
  NODE_OPTIONS="--test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination=\"$results/client.tap\"" \
    npm --prefix tests/client test --silent </dev/null
  count_tap client "$results/client.tap" $?
fi

print_sum
