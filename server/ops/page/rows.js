'use strict';

// Fills tables and lists. What is the same as before is left alone, so that it can be selected.

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

// Has `parent` have so many children, made by `make`.
function resize(parent, count, make) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make());
}

// `columns`: [{title, kind}], the first of which names its row. A cell is a text or {text, kind}.
function fillTable(id, columns, rows, empty) {
  const table = document.getElementById(id);
  if (table.tHead === null) {
    table.setAttribute('role', 'table');
    table.createTHead().append(element('tr', {role: 'row'}, ...columns.map(({title, kind}) =>
      element('th', {scope: 'col', role: 'columnheader', class: kind ?? ''}, title))));
    table.createTBody();
  }
  const body = table.tBodies[0];
  if (rows.length === 0) rows = [[{text: empty, kind: 'soft'}]];
  resize(body, rows.length, () => element('tr', {role: 'row'}));
  rows.forEach((cells, r) => {
    const row = body.children[r];
    if (row.children.length !== cells.length) {
      row.replaceChildren(...cells.map((_, c) => c === 0
        ? element('th', {scope: 'row', role: 'rowheader'}, element('span'))
        : element('td', {role: 'cell', 'data-label': columns[c].title}, element('span'))));
    }
    cells.forEach((cell, c) => {
      const {text, kind} = typeof cell === 'object' ? cell : {text: cell};
      setText(row.children[c].firstElementChild, text);
      setClass(row.children[c], [columns[c]?.kind, kind].filter(Boolean).join(' '));
    });
    if (cells.length === 1) row.firstElementChild.setAttribute('colspan', columns.length);
  });
}

function clock(seconds, now) {
  const at = new Date(seconds * 1000);
  const today = at.toDateString() === new Date(now * 1000).toDateString();
  const options = {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'};
  return at.toLocaleString([], today ? options : {month: 'short', day: 'numeric', ...options});
}

// A list of changes, each with its time and a mark that tells good from bad without colour.
function fillChanges(id, changes, now) {
  const marks = {good: '✓ ', degraded: '▲ ', down: '✕ '};
  const list = document.getElementById(id);
  resize(list, changes.length, () => element('li', {}, element('time'), element('span')));
  changes.forEach((change, i) => {
    const [time, text] = list.children[i].children;
    setText(time, clock(change.at, now));
    time.dateTime = new Date(change.at * 1000).toISOString();
    setText(text, marks[change.verdict] + change.text);
    setClass(text, change.verdict);
  });
}

// What is wrong: what, since when, for whom, what it means, what to do.
function fillProblems(problems, now) {
  const list = document.getElementById('problems');
  resize(list, problems.length, () => element('li', {},
    element('h3'), element('p', {class: 'soft'}), element('p'), element('p', {class: 'do'})));
  problems.forEach((problem, i) => {
    const [what, whom, meaning, action] = list.children[i].children;
    const {user_share: users} = problem;
    const share = users === null ? '' : ` · concerns ${users === 1 ? 'all' : `${percent(users)} of the`} users`;
    setText(what, problem.what);
    setText(whom, `Since ${clock(problem.since, now)}, for ${span(now - problem.since)}${share}`);
    setText(meaning, problem.meaning);
    setText(action, `What to do: ${problem.action}`);
  });
}

function percent(share) {
  if (share > 0 && share < 0.01) return 'less than 1 %';
  if (share > 0.99 && share < 1) return 'more than 99 %';
  return `${Math.round(share * 100)} %`;
}

function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}
