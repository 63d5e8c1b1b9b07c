#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# Prove that a fresh Debian 12 with nothing but git and Python needs no more
# than `./waf demo` and `./waf check`.  Needs root and debootstrap.
#
# usage: tests/fresh_debian.sh DIR [COMMAND...]
#
# DIR is made, and is left for a look afterwards; a COMMAND runs instead of the
# two.  The mirror and how it is reached are taken from this system's apt.

set -eu

if [ $# -lt 1 ] || [ -e "$1" ]; then
  echo "usage: $0 DIR [COMMAND...]    (DIR must not exist yet)" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
  echo "$0 needs root and the package debootstrap" >&2
  exit 77
fi

release=bookworm
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
root=$(cd "$1" && pwd)
shift

# Lines "URI SUITE COMPONENT" of Debian itself, without other sources
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
  'Created-By: Packages' | grep -E "/debian[^ ]* $release(-[a-z]+)? main$" |
  sort -u)
mirror=$(echo "$sources" | awk -v r="$release" '$2 == r { print $1; exit }')
if [ -z "$mirror" ]; then
  echo "$0: this system's apt knows no mirror of $release" >&2
  exit 77
fi

clean_up() {
  if mountpoint -q "$root/proc"; then
    umount "$root/proc" || umount -l "$root/proc"
  fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

echo "--- debootstrap $release into $root"
debootstrap --variant=minbase --include=ca-certificates,git,python3 \
  "$release" "$root" "$mirror" >"$root.log" 2>&1 || {
  tail -n 20 "$root.log" >&2
  exit 1
}
rm -f "$root.log"

# Reach the network the way this system does
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
echo "$sources" | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-Valid-Until)' \
  >"$root/etc/apt/apt.conf.d/90host" || true

mount -t proc proc "$root/proc"

git clone -q --no-local "$top" "$root/root/recurve"

inside() {
  echo "--- $*"
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    TERM=dumb ${http_proxy:+http_proxy="$http_proxy"} \
    ${https_proxy:+https_proxy="$https_proxy"} \
    sh -c 'cd /root/recurve && exec "$@"' sh "$@"
}

if [ $# -gt 0 ]; then
  inside "$@"
else
  inside ./waf demo
  inside ./waf check
fi
echo "--- A fresh Debian $release is enough"
