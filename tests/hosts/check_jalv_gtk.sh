#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# A model that is chosen by mouse and keyboard, in the window that jalv makes
# for the plugin, plays as `recurve render` does.

set -u

for tool in jalv.gtk3 Xvfb openbox xdotool; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not installed"
    exit 77
  }
done
hosts=$RECURVE_TOP/tests/hosts
. "$hosts/jack_server.sh"

# Not that of the default preset: it must have been chosen
model=$RECURVE_BUILD/recurve.lv2/presets/ds1/model.safetensors
python3 "$hosts/wav.py" make in.wav
python3 "$hosts/wav.py" to-raw in.wav in.raw
"$RECURVE_BUILD/recurve" render "$model" in.wav expected.wav || exit 1
python3 "$hosts/wav.py" to-raw expected.wav expected.raw

exec 8>display.txt
Xvfb -displayfd 8 -screen 0 1024x1000x24 -nolisten tcp >xvfb.txt 2>&1 &
helpers=$!
exec 8>&-
for _ in {1..100}; do
  [ -s display.txt ] && break
  sleep 0.1
done
[ -s display.txt ] || {
  cat xvfb.txt
  echo "Xvfb does not run here"
  exit 77
}
DISPLAY=:$(cat display.txt)
export DISPLAY GSETTINGS_BACKEND=memory
openbox >openbox.txt 2>&1 &
helpers="$! $helpers"
sleep 0.5

fail() {
  command -v import >/dev/null && import -window root "$PWD/screen.png"
  cat jalv.txt
  echo "$1"
  exit 1
}

# window NAME: the number of a window that is seen, or nothing
window() {
  xdotool search --onlyvisible --name "^$1\$" 2>/dev/null | head -n 1
}

jalv.gtk3 -n recurve-gtk urn:recurve:mono >jalv.txt 2>&1 &
jalv=$!
main=
for _ in {1..100}; do
  main=$(window Recurve)
  [ -n "$main" ] && break
  sleep 0.1
done
[ -n "$main" ] || fail "jalv.gtk3 has shown no window"
sleep 1

# The file's button is the last thing in the window: click from below until its
# dialogue opens
eval "$(xdotool getwindowgeometry --shell "$main")"
dialogue=
for ((y = HEIGHT - 10; y > HEIGHT / 2 && !${#dialogue}; y -= 20)); do
  xdotool mousemove --window "$main" $((WIDTH / 2)) "$y" click 1
  sleep 0.5
  dialogue=$(window 'Open File')
done
[ -n "$dialogue" ] || fail "no click has opened the file chooser"

# A slash opens the line for a path
xdotool windowfocus --sync "$dialogue"
xdotool type --delay 5 "$model"
sleep 0.5
if command -v import >/dev/null; then
  import -window root "$PWD/chooser.png"
fi
xdotool key Return
for _ in {1..50}; do
  [ -n "$(window 'Open File')" ] || break
  sleep 0.1
done
[ -z "$(window 'Open File')" ] || fail "the file chooser did not close"
sleep 1
if command -v import >/dev/null; then
  import -window root "$PWD/chosen.png"
fi

./jack_render in.raw out.raw recurve-gtk:in recurve-gtk:out || fail "no audio"
kill -0 "$jalv" 2>/dev/null || fail "jalv.gtk3 has ended"
echo "jalv.gtk3:"
python3 "$hosts/wav.py" compare expected.raw out.raw || fail "another sound"
