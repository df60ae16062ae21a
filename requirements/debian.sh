#!/usr/bin/env bash
# Installs the Debian packages that the tests want and that are missing, where this user may: as root,
# or with sudo where it asks no password. Otherwise it names them; their tests are skipped by name.
set -uo pipefail
cd "$(dirname "$0")"

missing=()
for package in $(grep -v '^#' debian.txt); do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  as_root=(sudo -n)
  if ! sudo -n true 2>/dev/null; then
    echo "These Debian packages are missing, and their tests will be skipped: ${missing[*]}" >&2
    exit 0
  fi
fi

# What is installed for tests must not begin to serve on this machine by itself.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
fetch=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
if ! { "${as_root[@]}" "${fetch[@]}" update </dev/null &&
  "${as_root[@]}" "${fetch[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null; } >/dev/null; then
  echo "These Debian packages were not installed, and their tests will be skipped: ${missing[*]}" >&2
fi
exit 0
