/**
 * Sorting and filtering of the layers' tables, and the timeline, as functions over the element that holds them: `layersTables(root)` and
 * `timelines(root)`. Plain DOM, no library. The report's page carries this text; the site in web/ makes a module of it. A timeline tells of
 * the slice that is chosen by an event "slice" (detail: layer, tile or -1, step), which bubbles.
 */
export const BEHAVIOUR = `
function layersTables(root) {
for (const table of root.querySelectorAll('table[data-layers]')) {
  const model = table.dataset.layers;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector('button').addEventListener('click', () => {
      const numeric = head.classList.contains('number');
      const was = head.getAttribute('aria-sort');
      const down = was === null ? numeric : was === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = (row) => row.cells[column].dataset.key;
      const order = (a, b) => numeric ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b), 'en', { numeric: true });
      body.append(...[...body.rows].sort((a, b) => down ? order(b, a) : order(a, b)));
    });
  });
  const filter = root.querySelector('[data-filter="' + model + '"]');
  const where = root.querySelector('[data-where="' + model + '"]');
  const shown = root.querySelector('[data-shown="' + model + '"]');
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let visible = 0;
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase() + ' ' + row.title.toLowerCase();
      row.hidden = !(words.every((word) => text.includes(word)) && (where.value === '' || row.classList.contains(where.value)));
      if (!row.hidden) visible++;
    }
    shown.textContent = visible === body.rows.length ? visible + ' layers' : visible + ' of ' + body.rows.length + ' layers';
  };
  filter.addEventListener('input', apply);
  where.addEventListener('change', apply);
}
}

function timeline(box) {
  const ROW = 34, TOP = 22, LEFT = 62;
  const colour = (name) => getComputedStyle(box).getPropertyValue('--' + name).trim();
  const data = JSON.parse(document.getElementById('timeline-' + box.dataset.timeline).textContent);
  const canvas = box.querySelector('canvas');
  const note = box.querySelector('.slice');
  const end = data.slices.reduce((t, s) => Math.max(t, s[0] + s[1]), 1);
  const names = new Map(data.layers.map((layer) => [layer.id, layer.name]));
  const spans = new Map();
  for (const s of data.slices) {
    const span = spans.get(s[3]) ?? { from: s[0], to: s[0] };
    spans.set(s[3], { from: Math.min(span.from, s[0]), to: Math.max(span.to, s[0] + s[1]) });
  }
  let from = 0, to = end, chosen = null, ink = '';
  const width = () => canvas.clientWidth - LEFT;
  const toX = (cycle) => LEFT + ((cycle - from) / (to - from)) * width();
  const toCycle = (x) => from + ((x - LEFT) / width()) * (to - from);
  const view = (a, b) => {
    const span = Math.min(end, Math.max(20, b - a));
    from = Math.max(0, Math.min(a, end - span));
    to = from + span;
    draw();
  };
  const zoom = (factor, at) => {
    const middle = at ?? (from + to) / 2;
    view(middle - (middle - from) / factor, middle + (to - middle) / factor);
  };
  function draw() {
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const c = canvas.getContext('2d');
    ink = colour('ink');
    c.scale(ratio, ratio);
    c.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    c.font = '12px system-ui, sans-serif';
    c.textBaseline = 'middle';
    ticks(c);
    c.save();
    c.beginPath();
    c.rect(LEFT, TOP, width(), canvas.clientHeight);
    c.clip();
    for (const [id, span] of spans) layerBox(c, id, span);
    for (const s of data.slices) {
      if (s[0] + s[1] < from || s[0] > to || s[1] === 0) continue;
      const reason = data.reasons[s[2]];
      const x = toX(s[0]);
      c.fillStyle = reason.colour;
      c.fillRect(x, TOP + ROW * (reason.row + 1) + 4, Math.max(0.7, toX(s[0] + s[1]) - x), ROW - 8);
    }
    if (chosen) {
      c.strokeStyle = ink;
      c.lineWidth = 2;
      c.strokeRect(toX(chosen[0]), TOP + ROW * (data.reasons[chosen[2]].row + 1) + 3, Math.max(2, (chosen[1] / (to - from)) * width()), ROW - 6);
    }
    c.restore();
    c.fillStyle = ink;
    ['layers', ...data.rows].forEach((name, i) => c.fillText(name, 4, TOP + ROW * i + ROW / 2));
  }
  function ticks(c) {
    const raw = (to - from) / Math.max(2, width() / 110);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((n) => n * power >= raw);
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      c.fillStyle = colour('line');
      c.fillRect(toX(t), TOP - 4, 1, canvas.clientHeight);
      c.fillStyle = colour('faint');
      const text = t.toLocaleString('en-US');
      const size = c.measureText(text).width;
      c.fillText(text, Math.max(LEFT, Math.min(toX(t) - size / 2, LEFT + width() - size - 2)), 9);
    }
    c.fillText('cycle', 4, 9);
  }
  function layerBox(c, id, span) {
    if (span.to < from || span.from > to) return;
    const x = Math.max(LEFT, toX(span.from));
    const w = Math.min(toX(span.to), LEFT + width()) - x;
    c.fillStyle = colour(id % 2 ? 'band' : 'panel');
    c.fillRect(x, TOP + 4, w, ROW - 8);
    c.save();
    c.beginPath();
    c.rect(x, TOP, w, ROW);
    c.clip();
    c.fillStyle = ink;
    if (w > 18) c.fillText(names.get(id) ?? String(id), x + 4, TOP + ROW / 2);
    c.restore();
  }
  function find(x, y) {
    const row = Math.floor((y - TOP) / ROW) - 1;
    const cycle = toCycle(x), reach = (2 / width()) * (to - from);
    let best = null;
    for (const s of data.slices) {
      if (data.reasons[s[2]].row !== row || s[0] > cycle + reach || s[0] + s[1] < cycle - reach) continue;
      const distance = Math.max(s[0] - cycle, cycle - s[0] - s[1], 0);
      if (best === null || distance < best.distance) best = { s, distance };
    }
    return best && best.s;
  }
  function choose(s) {
    chosen = s;
    if (s) {
      const micros = ((s[1] / data.clockHz) * 1e6).toFixed(2);
      const tile = s[4] < 0 ? '' : ', tile ' + s[4];
      const fields = s[7] < 0 ? '' : '\\n' + data.fields[s[7]];
      note.style.whiteSpace = 'pre-line';
      note.textContent = data.reasons[s[2]].label + ': ' + data.labels[s[6]] + '\\n' + (names.get(s[3]) ?? '') + tile +
        ', step ' + s[5] + ', cycle ' + s[0].toLocaleString('en-US') + ' + ' + s[1].toLocaleString('en-US') + ' (' + micros + ' \\u00b5s)' + fields;
    }
    draw();
    if (s) box.dispatchEvent(new CustomEvent('slice', { bubbles: true, detail: { layer: s[3], tile: s[4], step: s[5] } }));
  }
  let drag = null;
  canvas.addEventListener('pointerdown', (e) => { drag = { x: e.offsetX, from, to }; canvas.setPointerCapture(e.pointerId); choose(find(e.offsetX, e.offsetY) ?? chosen); });
  canvas.addEventListener('pointerup', () => { drag = null; });
  canvas.addEventListener('pointermove', (e) => {
    if (drag) {
      const shift = ((drag.x - e.offsetX) / width()) * (drag.to - drag.from);
      view(drag.from + shift, drag.to + shift);
    } else {
      const s = find(e.offsetX, e.offsetY);
      if (s && s !== chosen) choose(s);
    }
  });
  canvas.addEventListener('wheel', (e) => {
    if (!e.ctrlKey && !e.metaKey) return;
    e.preventDefault();
    zoom(e.deltaY < 0 ? 1.25 : 0.8, toCycle(e.offsetX));
  }, { passive: false });
  canvas.addEventListener('keydown', (e) => {
    const span = to - from;
    if (e.key === '+') zoom(1.5);
    else if (e.key === '-') zoom(1 / 1.5);
    else if (e.key === 'ArrowLeft') view(from - span / 8, to - span / 8);
    else if (e.key === 'ArrowRight') view(from + span / 8, to + span / 8);
    else return;
    e.preventDefault();
  });
  for (const button of box.querySelectorAll('[data-zoom]'))
    button.addEventListener('click', () => (button.dataset.zoom === '0' ? view(0, end) : zoom(Number(button.dataset.zoom))));
  const jump = box.querySelector('[data-jump]');
  jump.addEventListener('change', () => {
    const span = spans.get(Number(jump.value));
    if (jump.value === '' || span === undefined) view(0, end);
    else view(span.from - (span.to - span.from) * 0.03, span.to + (span.to - span.from) * 0.03);
  });
  new ResizeObserver(draw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
}
function timelines(root) {
  for (const box of root.querySelectorAll('[data-timeline]')) timeline(box);
}
`;

/** The report's own script. */
export const SCRIPT = `
'use strict';${BEHAVIOUR}
layersTables(document);
timelines(document);
`;
