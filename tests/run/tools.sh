# What the tests need of the machine. Sourced by tests/run.sh.

have_node() {
  command -v npm >/dev/null && [ "$(node -p 'parseInt(process.versions.node) >= 20' 2>/dev/null)" = true ]
}

# Prints the Debian packages that are missing, on one line.
missing_packages() {
  local missing=()
  have_node || missing+=(nodejs npm)
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
  [ -n "$quick" ] || [ -x /usr/bin/chromium ] || missing+=(chromium)
  echo "${missing[*]}"
}

need_tools() {
  if ! dotnet --version >/dev/null 2>&1; then
    echo "Missing: a .NET SDK that satisfies global.json (10.0). See https://dotnet.microsoft.com/download." >&2
    return 1
  fi

  local missing
  missing=$(missing_packages)
  if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "== install $missing"
    # RUNLEVEL=1: do not start services of Redis and nginx; tests start their own.
    # shellcheck disable=SC2086 # one word a package
    apt-get update -q </dev/null &&
      RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing </dev/null
    hash -r
    missing=$(missing_packages)
  fi
  if [ -n "$missing" ]; then
    echo "Missing: $missing. On Debian, as root: apt-get update && apt-get install $missing" >&2
    case "$missing" in *nodejs*) echo "(Node must be 20 or later; where Debian's is older, install it from nodejs.org.)" >&2 ;; esac
    return 1
  fi

  if [ -f tests/client/package-lock.json ]; then
    npm --prefix tests/client ci --no-audit --no-fund --silent </dev/null || {
      echo "npm ci failed in tests/client." >&2
      return 1
    }
  fi
}
