'use strict';

// Draws a line for each series into a box of this size, which the page stretches.
const chartWidth = 300;
const chartHeight = 80;

function svg(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// The path of a line through values at times; it has a gap where there is no value.
function pathOf(times, values, first, last, most) {
  let path = '';
  let drawing = false;
  values.forEach((value, i) => {
    if (value === null) {
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

// A chart with a title and a line for each of `series`, which have a name, a kind for the colour and
// a function that writes a value for people.
class Chart {
  constructor(title, series) {
    this.title = title;
    this.series = series;
    this.element = document.createElement('figure');
    this.caption = document.createElement('figcaption');
    this.most = document.createElement('small');
    this.svg = svg('svg', {viewBox: `0 -2 ${chartWidth} ${chartHeight + 4}`, preserveAspectRatio: 'none', role: 'img'});
    this.paths = series.map(({kind}) => svg('path', {class: kind}));
    this.svg.append(svg('path', {class: 'axis', d: `M0 ${chartHeight}H${chartWidth}`}), ...this.paths);
    this.element.append(this.caption, this.most, this.svg);
  }

  // Shows values by series at their times, for the `span` seconds before `last`.
  show(times, values, last, span) {
    const most = Math.max(...values.flat().filter(value => value !== null), 0);
    this.paths.forEach((path, i) =>
      path.setAttribute('d', pathOf(times, values[i], last - span, last, most || 1)));
    const latest = this.series.map(({name, write}, i) => {
      const value = values[i].at(-1) ?? null;
      return `${name} ${value === null ? '–' : write(value)}`;
    });
    this.caption.replaceChildren(this.title, ...latest.flatMap((text, i) => {
      const label = document.createElement('span');
      label.className = values[i].at(-1) ? this.series[i].kind : 'faint';
      label.textContent = text;
      return [' ', label];
    }));
    this.most.textContent = `at most ${this.series[0].write(most)}`;
    this.svg.setAttribute('aria-label', `${this.title}: ${latest.join(', ')}; at most ${this.series[0].write(most)}`);
  }
}
