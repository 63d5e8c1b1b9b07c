#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# jalv plays every kind of network as `recurve render` does: each is trained for
# a moment, loaded from a state folder, and rendered through JACK.

set -u

hosts=$RECURVE_TOP/tests/hosts
. "$hosts/jack_server.sh"

recurve=$RECURVE_BUILD/recurve
python3 "$hosts/wav.py" make in.wav
python3 "$hosts/wav.py" to-raw in.wav in.raw
"$recurve" signal short.wav --part short 2>/dev/null

# write_state FOLDER: a saved session of jalv with the model beside it
write_state() {
  cat >"$1/manifest.ttl" <<END
@prefix lv2:  <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<state.ttl> a pset:Preset ;
  lv2:appliesTo <urn:recurve:mono> ;
  rdfs:seeAlso <state.ttl> .
END
  cat >"$1/state.ttl" <<END
@prefix lv2:   <http://lv2plug.in/ns/lv2core#> .
@prefix pset:  <http://lv2plug.in/ns/ext/presets#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .

<> a pset:Preset ;
  lv2:appliesTo <urn:recurve:mono> ;
  state:state [ <urn:recurve:model> <model.safetensors> ] .
END
}

# play NAME TRAIN_OPTIONS...: train, load, render, compare
play() {
  local name=$1 status=0
  shift
  mkdir "$name"
  "$recurve" train short.wav short.wav -o "$name/model.safetensors" \
    --updates 60 --segment 50 --bptt 512 --lr 0.003 "$@" 2>"$name.txt" || {
    cat "$name.txt"
    return 1
  }
  write_state "$name"
  "$recurve" render "$name/model.safetensors" in.wav "$name.wav" --latency ||
    return 1
  python3 "$hosts/wav.py" to-raw "$name.wav" expected.raw

  mkfifo "$name.fifo"
  jalv -n "recurve-$name" -x -l "$name/" <"$name.fifo" >"$name.txt" 2>&1 &
  jalv=$!
  exec 9>"$name.fifo"
  sleep 1.5
  ./jack_render in.raw "$name.raw" "recurve-$name:in" "recurve-$name:out" ||
    status=1
  exec 9>&-
  wait "$jalv" || status=1
  jalv=
  echo "jalv, $name:"
  python3 "$hosts/wav.py" compare expected.raw "$name.raw" || status=1
  [ $status = 0 ] || cat "$name.txt"
  return $status
}

status=0
play rnn --cell rnn --hidden 8 || status=1
play gru --cell gru --hidden 8 --skip || status=1
play stacked --hidden 8 --layers 2 || status=1
play bidirectional --hidden 8 --bidirectional --block 64 --lookahead 32 ||
  status=1
# After fewer updates it is hardly to be heard
play softmax --hidden 8 --head softmax --classes 64 --updates 300 || status=1
exit $status
