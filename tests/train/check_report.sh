#!/usr/bin/env bash
# Copyright 2026 Recurve contributors
# SPDX-License-Identifier: ISC

# The report in a browser: its players play and switch, the blind test counts,
# every picture and table is there, nothing is asked of the network, nothing
# fails.

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

# Of the whole capture signal it shows the device beside the model
"$recurve" signal full.wav --rate 16000 2>/dev/null
"$recurve" train full.wav full.wav -o full.safetensors --hidden 2 --no-skip \
  --updates 2 --threads 1 --report full.html 2>log || {
  cat log
  exit 1
}
cell='<td>-?[0-9.]+</td>'
for row in "-27 dB</th><th>device</th><td>-27.0</td>$cell" \
  "-4 dB</th><th>device</th><td>-4.0</td>$cell" "-4 dB</th><th>model</th>$cell"; do
  grep -qE "^<tr><th>$row" full.html || {
    echo "no harmonics of $row"
    exit 1
  }
done
grep -q 'id="repeat">.*two takes of the same do not differ' full.html || {
  echo "not how well the device repeats itself"
  exit 1
}

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
    check(heard() === 'x', 'X is not what plays');
    check(get('x').src === get(x).src && x !== 'dry', 'X is another sound');
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
  check(document.querySelectorAll('svg').length === 8, 'pictures are missing');
  check(document.querySelectorAll('svg image').length >= 3, 'no spectrograms');
}

// The rows of the first table after a heading, each an array of its cells
function rows(id) {
  let node = get(id);
  while (node && node.tagName !== 'TABLE') node = node.nextElementSibling;
  return node ? [...node.rows].map(r => [...r.cells].map(c => c.textContent))
    : [];
}
const numbers = cells => cells.every(c => c !== '' && isFinite(c));
function look() {
  const recordings = rows('recordings');
  check(recordings.map(r => r[0]).join() === ',dry,wet', 'recordings');
  check(numbers(recordings[2].slice(1, 7)), 'levels of wet');
  check(recordings[2][7] === 'kept', 'polarity: ' + recordings[2][7]);
  check(get('recordings').parentNode.textContent.includes(
    'Used for training: 0.00 to 16.00 s, validation: 16.00 to 18.00 s, ' +
    'test: 18.00 to 20.00 s'), 'parts');

  const stretches = rows('stretches').slice(1);
  check(stretches.map(r => r[0]).join() === 'validation,test', 'stretches');
  for (const r of stretches) {
    check(numbers(r.slice(1, 8)), 'numbers of ' + r[0] + ': ' + r);
    check(r[8] === 'falls silent', r[0] + ' ' + r[8]);
  }

  const harmonics = rows('harmonics');
  check(harmonics.map(r => r[0]).join() === 'input,-27 dB,-15 dB,-4 dB',
    'levels of harmonics');
  for (const r of harmonics.slice(1)) {
    check(r[1] === 'model' && r.length === 12 && numbers(r.slice(2)), r.join());
    check(Math.max(...r.slice(2)) === +r[2], 'fundamental: ' + r);
  }
  check(get('harmonics').nextElementSibling.textContent.includes(
    'Of the model only'), 'whose harmonics');

  const reach = rows('reach').slice(1);
  check(reach.length >= 6 && reach.every(numbers), 'reach');
  check(reach[0].join() === '0,0,1,' + reach[0].slice(3).join(), 'lag 0');
  check(/^4\d\d\d$/.test(reach.at(-1)[0]) || +reach.at(-1)[0] > 3800,
    'the last lag: ' + reach.at(-1)[0]);
  check(/Gradients (vanish|last|explode)/.test(
    get('reach').nextElementSibling.textContent), 'verdict');

  const recipe = new Map(rows('recipe'));
  check(recipe.get('Updates') === '60', 'updates');
  check(recipe.get('Ended as') === 'all updates were made', 'end');
  check(document.querySelector('code').textContent.startsWith(
    'recurve train --cell lstm --hidden 4 '), 'recipe');
}
test().then(look).catch(e => errors.push(String(e))).then(() => {
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
