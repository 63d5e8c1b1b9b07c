// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/report/report_listen.h"

#include "train/report/report_audio.h"

#include <math.h>

// Playing begins where another player is, so that one can switch within a note.
// For X no button but its own lights up, or one would see what it is; and it is
// a player of its own, or one would hear that nothing changes where it is what
// played before.
static const char script[] =
  "const names = ['dry', 'device', 'model'];\n"
  "const get = id => document.getElementById(id);\n"
  "const sounds = [...names, 'x'].map(get);\n"
  "const buttons = [...document.querySelectorAll('button[data-of]')];\n"
  "let x = null;\n"
  "let right = 0;\n"
  "let asked = 0;\n"
  "\n"
  "function play(of, button) {\n"
  "  const to = get(of);\n"
  "  const from = sounds.find(s => !s.paused);\n"
  "  if (from && from !== to) to.currentTime = from.currentTime;\n"
  "  sounds.forEach(s => { if (s !== to) s.pause(); });\n"
  "  // Whoever clicks on before the sound has begun has not met an error\n"
  "  to.play().catch(e => { if (e.name !== 'AbortError') throw e; });\n"
  "  mark(button);\n"
  "}\n"
  "function mark(button) {\n"
  "  document.querySelectorAll('button').forEach(\n"
  "    b => b.classList.toggle('on', b === button));\n"
  "}\n"
  "function stop() {\n"
  "  sounds.forEach(s => { s.pause(); s.currentTime = 0; });\n"
  "  mark(null);\n"
  "}\n"
  "buttons.forEach(b => b.onclick = () => play(b.dataset.of, b));\n"
  "get('stop').onclick = stop;\n"
  "\n"
  "// Right answers or more by guessing: sums of binomial coefficients over "
  "2^n\n"
  "function chance(k, n) {\n"
  "  let term = Math.pow(0.5, n);\n"
  "  let sum = 0;\n"
  "  for (let i = 0; i <= n; ++i) {\n"
  "    if (i >= k) sum += term;\n"
  "    term *= (n - i) / (i + 1);\n"
  "  }\n"
  "  return Math.min(sum, 1);\n"
  "}\n"
  "function tell(text) {\n"
  "  get('score').textContent = text + right + ' of ' + asked + ' right' +\n"
  "    (asked ? '; by guessing, so many or more in ' +\n"
  "      (100 * chance(right, asked)).toFixed(1) + ' % of tests' : '') + '.';\n"
  "}\n"
  "function draw() {\n"
  "  const random = new Uint8Array(1);\n"
  "  crypto.getRandomValues(random);\n"
  "  x = random[0] & 1 ? 'device' : 'model';\n"
  "  get('x').src = get(x).src;\n"
  "}\n"
  "function answer(of) {\n"
  "  const good = of === x;\n"
  "  right += good;\n"
  "  asked += 1;\n"
  "  tell((good ? 'Right' : 'Wrong') + ', X was the ' + x + '. ');\n"
  "  stop();\n"
  "  draw();\n"
  "}\n"
  "get('abx-x').onclick = () => play('x', get('abx-x'));\n"
  "get('abx-device').onclick = () => answer('device');\n"
  "get('abx-model').onclick = () => answer('model');\n"
  "get('abx-reset').onclick = () => { right = asked = 0; stop(); draw(); "
  "tell(''); };\n"
  "draw();\n"
  "tell('');\n";

void
rcv_report_listen(FILE* const html, const RcvListen* const listen)
{
  const char* const  names[]  = {"dry", "device", "model"};
  const float* const sounds[] = {listen->dry, listen->device, listen->model};
  double             peaks[2] = {1e-9, 1e-9};
  for (size_t t = 0; t < listen->n_frames; ++t) {
    peaks[0] = fmax(peaks[0], fabs((double)listen->dry[t]));
    peaks[1] = fmax(peaks[1], fabs((double)listen->device[t]));
    peaks[1] = fmax(peaks[1], fabs((double)listen->model[t]));
  }

  fputs("<h2>Listen</h2>\n<p>", html);
  for (int i = 0; i < 3; ++i) {
    fprintf(html, "<button data-of=\"%s\">%s</button>", names[i], names[i]);
  }
  fputs("<button id=\"stop\">stop</button></p>\n", html);
  for (int i = 0; i < 3; ++i) {
    fprintf(html, "<audio id=\"%s\" loop preload=\"auto\" src=\"", names[i]);
    rcv_report_audio(html,
                     sounds[i],
                     listen->n_frames,
                     listen->rate_hz,
                     0.9 / peaks[i ? 1 : 0]);
    fputs("\"></audio>\n", html);
  }
  fputs("<audio id=\"x\" loop preload=\"auto\"></audio>\n", html);

  fputs(
    "<h2>Blind test</h2>\n"
    "<p>X is the device or the model, drawn anew after each answer. Compare "
    "it with both above, as long as you like.</p>\n"
    "<p><button id=\"abx-x\">play X</button>"
    "<button id=\"abx-device\">X is the device</button>"
    "<button id=\"abx-model\">X is the model</button>"
    "<button id=\"abx-reset\">begin again</button></p>\n"
    "<p id=\"score\"></p>\n<script>\n",
    html);
  fputs(script, html);
  fputs("</script>\n", html);
}
