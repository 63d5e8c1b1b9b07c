# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# To be sourced: a JACK server of our own without a sound card, and jack_render;
# or the end of the test with the reason why it cannot be.  Ends jackd, the
# jalv whose process is in $jalv, and those in $helpers, when the script ends.

for tool in jackd jalv cc python3; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not installed"
    exit 77
  }
done
hosts=$RECURVE_TOP/tests/hosts
echo '#include <jack/jack.h>' | cc -E -x c - >/dev/null 2>&1 || {
  echo "libjack-jackd2-dev is not installed"
  exit 77
}
cc -std=c11 -D_POSIX_C_SOURCE=200809L -O1 "$hosts/jack_render.c" \
  -o jack_render -ljack || exit 1
if [ -n "${RECURVE_SANITIZE:-}" ]; then
  echo "jalv cannot load a plugin with a sanitizer"
  exit 77
fi

export JACK_DEFAULT_SERVER=recurve-$$ JACK_NO_AUDIO_RESERVATION=1
jack=
jalv=
helpers=
finish() {
  exec 9>&-
  for process in $jalv $helpers $jack; do
    kill "$process" 2>/dev/null
  done
  wait 2>/dev/null
}
trap finish EXIT

jackd --name "$JACK_DEFAULT_SERVER" --no-realtime -d dummy -r 48000 -p 256 \
  >jackd.txt 2>&1 &
jack=$!
sleep 1
kill -0 "$jack" 2>/dev/null || {
  cat jackd.txt
  echo "jackd does not run here"
  exit 77
}
