'use strict';

// Draws a line for each series into a box of this size, which the page stretches.
const chartWidth = 300;
const chartHeight = 100;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function svg(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// The smallest of 1, 2, 4, 5, 8 times a power of ten that is not below the value.
function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 4, 5, 8, 10].find(digit => digit * power >= value * 0.999);
}

// The path of a line through values at times; it has a gap where there is no value.
function pathOf(times, values, first, last, most) {
  let path = '';
  let drawing = false;
  values.forEach((value, i) => {
    if (value === null || times[i] < first) {
      drawing = false;
      return;
    }
    const x = (times[i] - first) / (last - first) * chartWidth;
    const y = chartHeight - value / most * chartHeight;
    path += `${drawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    // A single value is a dot.
    if (!drawing && (values[i + 1] ?? null) === null) path += 'h0.1';
    drawing = true;
  });
  return path;
}

function ticks(kind, texts) {
  return element('div', {class: `ticks ${kind}`, 'aria-hidden': 'true'},
    ...texts.map(text => element('span', {}, text)));
}

// A chart of the `span` seconds before a time, with a title that has the unit, and a line for each
// of `series`, which have a name and a kind for the colour. `write` writes a value for people.
class Chart {
  constructor(title, write, series, span) {
    this.title = title;
    this.write = write;
    this.series = series;
    this.span = span;
    const minutes = span / 60;
    this.paths = series.map(({kind}) => svg('path', {class: `line ${kind}`}));
    this.svg = svg('svg', {viewBox: `0 0 ${chartWidth} ${chartHeight}`, preserveAspectRatio: 'none', role: 'img'});
    const across = [0, 0.5, 1].map(part => `M0 ${chartHeight * part}H${chartWidth}`);
    const up = Array.from({length: minutes + 1}, (_, i) => `M${chartWidth * i / minutes} 0V${chartHeight}`);
    this.svg.append(svg('path', {class: 'grid', d: [...across, ...up].join('')}), ...this.paths);
    this.labels = series.map(({kind}) => element('span', {class: `line ${kind}`}));
    this.up = ticks('up', ['', '', '']);
    this.along = ticks('along',
      Array.from({length: minutes + 1}, (_, i) => i === minutes ? 'now' : `−${minutes - i}${i === 0 ? ' min' : ''}`));
    this.element = element('figure', {},
      element('figcaption', {}, element('strong', {}, title), ...this.labels),
      this.up, this.svg, this.along);
  }

  // Shows the values of each series at their times.
  show(times, values, last) {
    const most = roundUp(Math.max(...values.flat().filter(value => value !== null), 0));
    this.paths.forEach((path, i) =>
      path.setAttribute('d', pathOf(times, values[i], last - this.span, last, most)));
    [0, most / 2, most].forEach((value, i) => { this.up.children[i].textContent = this.write(value, most); });
    const latest = this.series.map(({name}, i) => {
      const value = values[i].at(-1) ?? null;
      return `${name} ${value === null ? '–' : this.write(value, value)}`;
    });
    latest.forEach((text, i) => { this.labels[i].textContent = text; });
    this.svg.setAttribute('aria-label',
      `${this.title}, now: ${latest.join(', ')}; the axis goes to ${this.write(most, most)}`);
  }
}
