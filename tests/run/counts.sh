# Counts results from files, never from console text. Sourced by tests/run.sh.
# Every suite adds one line "passed failed skipped" to $results/counts.

# add_counts SUITE EXIT_CODE PASSED FAILED SKIPPED FORBIDDEN_SKIPS
add_counts() {
  local suite=$1 code=$2 passed=$3 failed=$4 skipped=$5 forbidden=$6
  if [ "${CI-}" = true ] && [ "$forbidden" -gt 0 ]; then
    echo "$suite: $forbidden skipped, which counts as failed in CI" >&2
    failed=$((failed + forbidden))
    skipped=$((skipped - forbidden))
  fi
  if [ $((passed + failed)) -eq 0 ]; then
    echo "$suite: no test ran" >&2
    failed=1
  elif [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "$suite: no test failed, yet the runner ended with $code" >&2
    failed=1
  fi
  echo "$passed $failed $skipped" >>"$results/counts"
}

# count_trx SUITE FILE EXIT_CODE
count_trx() {
  local counts='0 0 0 0'
  # One record an XML tag. An attribute's value holds no bare < or ", so the patterns cannot match inside a test's name.
  [ ! -f "$2" ] || counts=$(awk 'BEGIN { RS = "<" }
    /^UnitTestResult / {
      skip = 0
      if (/ outcome="Passed"/) passed++
      else if (/ outcome="NotExecuted"/) { skipped++; forbidden++; skip = 1 }
      else failed++
    }
    /^\/UnitTestResult/ { skip = 0 }
    skip && /^(Message|StdOut)>cannot exist here:/ { forbidden--; skip = 0 }
    END { print passed + 0, failed + 0, skipped + 0, forbidden + 0 }' "$2")
  # shellcheck disable=SC2086 # four words
  add_counts "$1" "$3" $counts
}

# count_tap SUITE FILE EXIT_CODE
count_tap() {
  local counts='0 0 0 0'
  [ ! -f "$2" ] || counts=$(awk '
    /^# pass [0-9]+$/ { passed += $3 }
    /^# (fail|cancelled) [0-9]+$/ { failed += $3 }
    /^# (skipped|todo) [0-9]+$/ { skipped += $3 }
    /^ *(not )?ok .* # SKIP cannot exist here:/ { allowed++ }
    END { print passed + 0, failed + 0, skipped + 0, skipped - allowed }' "$2")
  # shellcheck disable=SC2086 # four words
  add_counts "$1" "$3" $counts
}

print_sum() {
  awk '{ passed += $1; failed += $2; skipped += $3 }
    END {
      printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
      exit failed || !passed
    }' "$results/counts"
}
