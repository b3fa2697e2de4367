#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs the Debian packages of tests/lib/packages that are missing, and only those.
#   install.sh [--yes] [--list] section...      sections: build run test
# With nothing missing it neither asks nor reaches for the network. It lists what it will install, asks when
# on a terminal, and uses sudo when not root. --list only names what is missing (status 1 if anything is).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
packages=${PACKAGES_FILE:-$here/packages}
yes=
list=
sections=

for word; do
  case $word in
    --yes) yes=1 ;;
    --list) list=1 ;;
    build|run|test) sections="$sections $word" ;;
    *) echo "usage: $0 [--yes] [--list] build|run|test..." >&2; exit 2 ;;
  esac
done
[ -n "$sections" ] || { echo "usage: $0 [--yes] [--list] build|run|test..." >&2; exit 2; }

if ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian system: install by hand what $packages lists." >&2
  exit 1
fi

# The names of the wanted sections, comments off.
wanted=$(awk -v want="$sections " '
  { sub(/#.*/, "") }
  /^\[/ { gsub(/[][ \t]/, ""); on = index(want, " " $0 " "); next }
  on && NF { print $1 }' "$packages")

# A package counts as there when dpkg says "installed"; a name may also be provided by another package
# (pkg-config by pkgconf), so the provided names of the installed ones count too.
have=$(dpkg-query -W -f='${db:Status-Status}\t${Package}, ${Provides}\n' |
  awk -F '\t' '$1 == "installed" { gsub(/\([^)]*\)/, "", $2); gsub(/[, ]+/, "\n", $2); print $2 }' | sort -u)
missing=$(printf '%s\n' "$wanted" | sort -u | while read -r name; do
  printf '%s\n' "$have" | grep -qxF -e "$name" || printf '%s\n' "$name"
done)

[ -n "$missing" ] || exit 0

echo "Missing Debian packages, to be installed with apt (no daemon is started):" >&2
printf '%s\n' "$missing" | while read -r name; do
  printf '  %-28s%s\n' "$name" "$(sed -n "s/^$name[[:space:]]*#[[:space:]]*//p" "$packages" | head -n 1)" >&2
done
[ -z "$list" ] || exit 1

if [ -z "$yes" ] && [ -t 0 ] && [ -t 2 ]; then
  printf 'Install them? [Y/n] ' >&2
  read -r answer || answer=n
  case $answer in ''|[yY]*) ;; *) echo "Nothing was installed." >&2; exit 1 ;; esac
fi

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null; then
  as_root=sudo
else
  echo "Not root and no sudo here. As root, run:  sh $here/apt-install-quietly" $missing >&2
  exit 1
fi

# shellcheck disable=SC2086  # both are lists of words
exec $as_root sh "$here/apt-install-quietly" $missing
