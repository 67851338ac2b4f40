// Puts the page together.

import {ask, listen, state} from './backend.js';
import {CallList} from './call_list.js';
import {button, element, find, setText} from './dom.js';
import {Ledger} from './ledger.js';
import {showLedger} from './ledger_table.js';
import {Person} from './person.js';

const maxPeople = 6;
const ledger = new Ledger();
const people = new Map();  // By their IDs.
const names = new Map();
const calls = new CallList(call => call.recipients.map(id => ({
  name: names.get(id), at: ledger.arrivalOf(id, call.event_id)})));
let seq = 0;

// Arrivals come in bursts; the page is brought up to date at most once a frame.
let isStale = false;
function refresh() {
  if (isStale) return;
  isStale = true;
  requestAnimationFrame(() => {
    isStale = false;
    calls.refresh();
    showLedger(ledger, [...people.values()], Date.now());
  });
}

function addPerson(person, url) {
  names.set(person.id, person.name);
  ledger.add(person.id);
  const one = new Person(person, url, names, {
    counted: ({id}, eventId) => {
      refresh();
      return ledger.arrived(id, eventId, Date.now());
    },
    changed: ({id, device}) => {
      ledger.connected(id, device.connected, Date.now());
      refresh();
    },
  });
  people.set(person.id, one);
  find('people').append(one.element);
  one.device.subscribed.then(() => ledger.subscribed(person.id, seq));
}

const programs = Object.fromEntries(['broker', 'bridge'].map(name => {
  const shown = element('span', {class: 'state'});
  const toggle = button('', () => ask(`${name}/${shown.textContent === 'running' ? 'stop' : 'start'}`));
  const title = element('strong', {}, name === 'broker' ? 'Broker' : 'Bridge');
  find('programs').append(element('p', {}, title, ' ', shown, toggle));
  return [name, {shown, toggle}];
}));

function showPrograms(states) {
  for (const [name, {shown, toggle}] of Object.entries(programs)) {
    const running = states[name] === 'running';
    setText(shown, states[name] ?? 'unknown');
    shown.dataset.state = running ? 'good' : 'bad';
    setText(toggle, `${running ? 'Stop' : 'Start'} the ${name}`);
  }
}

function showState(now) {
  seq = Math.max(seq, now.seq);
  for (const person of now.people) {
    if (!people.has(person.id)) addPerson(person, now.mqtt);
    people.get(person.id).show(person, now.group);
  }
  showPrograms(now.programs);
  find('status-page').href = now.status_page;
  setText(find('call-timeout'), String(now.call_timeout));
  find('add-person').hidden = now.people.length >= maxPeople;
  const sender = now.people.find(({id}) => now.group?.members.includes(id));
  find('send-many').disabled = sender === undefined;
  find('send-many').dataset.sender = sender?.id ?? '';
  refresh();
}

function showCall(call) {
  seq = Math.max(seq, call.seq);
  ledger.called(call, Date.now());
  calls.show(call);
  refresh();
}

find('add-person').addEventListener('click', () => ask('people'));
find('send-many').addEventListener('click', event => ask(`people/${event.target.dataset.sender}/many`));
addEventListener('pagehide', () => people.forEach(({device}) => device.forget()));

addEventListener('pageshow', event => {
  if (event.persisted) location.reload();
});

// What was sent before is another page's: this one counts what it can have received.
const first = await state();
seq = first.seq;
listen(seq, {
  // The demo was started again at this port: it knows nothing of what is shown here.
  state: now => (now.run === first.run ? showState(now) : location.reload()),
  call: showCall,
  lost: () => showPrograms({}),
});
setInterval(refresh, 1000);  // What is late becomes lost.
