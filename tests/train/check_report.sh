#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# The report in a browser: its players play and switch, the blind test counts,
# every picture is there, nothing is asked of the network, nothing fails.

set -eu

recurve=$RECURVE_BUILD/recurve
browser=$(command -v chromium || command -v chromium-browser ||
  command -v google-chrome) || {
  echo "chromium is not installed"
  exit 77
}
command -v gnuplot >/dev/null || {
  echo "gnuplot is not installed"
  exit 77
}

# A device that does nothing is good enough to look at
"$recurve" signal dry.wav --part short 2>/dev/null
"$recurve" train dry.wav dry.wav -o model.safetensors --hidden 4 --no-skip \
  --updates 60 --threads 1 --name 'A <b> & "c"' --report report.html 2>log || {
  cat log
  exit 1
}
if grep -Eo '(src|href)="[^"]{4}' report.html | grep -v '"data'; then
  echo "the report asks for another file"
  exit 1
fi

# Errors are collected from the very beginning; what is found becomes the title
cat >first.html <<'END'
<!doctype html><script>
const errors = [];
window.onerror = text => { errors.push(text); };
window.onunhandledrejection = e => { errors.push(String(e.reason)); };
document.addEventListener('securitypolicyviolation',
  e => { errors.push('policy: ' + e.violatedDirective); });
</script>
END
cat >last.html <<'END'
<script>
function check(good, text) { if (!good) errors.push(text); }
const wait = ms => new Promise(done => setTimeout(done, ms));
const heard = () => sounds.filter(s => !s.paused).map(s => s.id).join();
async function test() {
  for (const s of sounds) {
    while (s.readyState < 3 && !s.error) await wait(20);
    check(!s.error && s.duration > 1, s.id + ' cannot be played');
  }
  for (const name of ['dry', 'device', 'model', 'dry']) {
    document.querySelector(`button[data-of=${name}]`).click();
    await wait(100);
    check(heard() === name, name + ' is not what plays: ' + heard());
  }
  get('dry').currentTime = 0.5;
  document.querySelector('button[data-of=model]').click();
  check(get('model').currentTime >= 0.5, 'switching begins anew');
  get('stop').click();
  check(heard() === '', 'does not stop');

  const n = 40;
  const drawn = new Set();
  for (let i = 0; i < n; ++i) {
    drawn.add(x);
    get('abx-x').click();
    check(heard() === x, 'X is not what plays');
    check(document.querySelectorAll('button.on').length === 1, 'X is shown');
    const other = x === 'device' ? 'model' : 'device';
    get('abx-' + (i % 4 ? x : other)).click();
  }
  check(drawn.size === 2, 'X is never drawn');
  const text = get('score').textContent;
  check(text.includes('30 of 40 right'), text);
  check(text.includes('in 0.1 %'), text); // Binomial, p = 0.00111
  get('abx-reset').click();
  check(get('score').textContent === '0 of 0 right.', 'does not begin again');
  for (const image of document.querySelectorAll('svg image')) {
    check(image.getBBox().width > 50, 'a picture is empty');
  }
  check(document.querySelectorAll('svg').length === 6, 'pictures are missing');
  check(document.querySelectorAll('svg image').length >= 3, 'no spectrograms');
}
test().catch(e => errors.push(String(e))).then(() => {
  document.title = errors.length ? 'FAILED ' + errors.join('; ') : 'PASSED';
});
</script>
END
sed 's/<!doctype html>//' report.html | cat first.html - last.html >tested.html

# Its profile would else be in a home folder that may not be there.  Its socket
# lies where temporary files do, and a socket's name has at most 107 bytes:
# more than a build folder's may leave
timeout 100 env -u TMPDIR "$browser" --headless --no-sandbox --disable-gpu \
  --user-data-dir="$PWD/profile" --autoplay-policy=no-user-gesture-required \
  --mute-audio --virtual-time-budget=20000 --dump-dom \
  "file://$PWD/tested.html" >dom.html 2>browser.log || {
  tail browser.log
  exit 1
}
title=$(grep -Eo '<title>[^<]*' dom.html | head -1)
echo "${title#<title>}"
[ "${title#<title>}" = PASSED ]
