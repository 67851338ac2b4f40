// Makes and changes elements. What is the same as before is left alone.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(text, pressed, attributes = {}) {
  const made = element('button', {type: 'button', ...attributes}, text);
  made.addEventListener('click', pressed);
  return made;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const find = id => document.getElementById(id);

export function milliseconds(seconds) {
  const ms = seconds * 1e3;
  if (ms >= 1e3) return `${seconds.toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

export const clock = date => date.toLocaleTimeString([], {hourCycle: 'h23'});
