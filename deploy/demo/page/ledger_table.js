// Shows the ledger: a column for each person, and what it comes to.

import {element, find, setText} from './dom.js';

const rows = [
  ['sent', 'Sent'],
  ['answered', 'Answered OK'],
  ['complete', 'Arrived'],
  ['waiting', 'On their way'],
  ['lost', 'Lost'],
  ['unanswered', 'Arrived though not OK'],
  ['copies', 'Copies ignored'],
];

export function showLedger(ledger, people, now) {
  const table = find('ledger');
  if (table.tHead?.rows[0].cells.length !== people.length + 1) makeTable(table, people);
  const found = people.map(({id}) => ledger.rowOf(id, now));
  rows.forEach(([key], r) => found.forEach((row, p) => {
    const cell = table.tBodies[0].rows[r].cells[p + 1];
    setText(cell, String(row[key]));
    cell.className = row[key] > 0 && key === 'lost' ? 'bad' : '';
  }));
  showVerdict(found, people);
}

function makeTable(table, people) {
  table.replaceChildren();
  table.createTHead().append(element('tr', {}, element('td'),
    ...people.map(({name}) => element('th', {scope: 'col'}, name))));
  table.createTBody().append(...rows.map(([, title]) => element('tr', {},
    element('th', {scope: 'row'}, title), ...people.map(() => element('td')))));
}

function showVerdict(found, people) {
  const sum = key => found.reduce((total, row) => total + row[key], 0);
  const verdict = find('verdict');
  const away = found.filter(row => row.away && row.waiting > 0);
  const whom = people.filter((_, p) => away.includes(found[p])).map(({name}) => name).join(' and ');
  if (sum('lost') > 0) {
    verdict.dataset.verdict = 'bad';
    setText(verdict, `✕ ${sum('lost')} lost.`);
  } else if (away.length > 0) {
    verdict.dataset.verdict = 'waiting';
    const kept = away.reduce((total, row) => total + row.waiting, 0);
    setText(verdict, `▲ The broker keeps ${kept} for ${whom}, not connected.`);
  } else if (sum('waiting') === 0) {
    verdict.dataset.verdict = 'good';
    setText(verdict, sum('answered') === 0 ? 'Nothing was sent yet.'
      : '✓ All that was answered OK has arrived at everybody, and is shown once.');
  }
}
