#!/usr/bin/env bash
# Runs the tests of one .NET project: project.sh RESULTS FILTER PROJECT. What it prints goes to RESULTS/NAME.log, its exit code to
# RESULTS/NAME.exit, the outcome of each test to RESULTS/NAME.trx. An empty filter means all.
set -uo pipefail
results=$1 filter=$2 project=$3
name=$(basename "$project" .csproj)
echo "-- $name begins"
dotnet test "$project" -c Release --no-build --nologo ${filter:+--filter "$filter"} \
  --logger "trx;LogFileName=$name.trx" --results-directory "$results" \
  --blame-hang-timeout 10m --blame-hang-dump-type none </dev/null >"$results/$name.log" 2>&1
echo $? >"$results/$name.exit"
echo "-- $name has ended after $SECONDS s: $(tail -n 1 "$results/$name.log")"
