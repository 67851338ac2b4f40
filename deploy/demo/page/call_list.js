// The calls, the newest first: what each was answered, how long it took, and where its event arrived.

import {ask} from './backend.js';
import {button, clock, element, find, milliseconds, setText} from './dom.js';

const maxShown = 200;

export class CallList {
  #list = find('calls');
  #calls = new Map();  // The call and its item, by its sequence.

  // `arrivals` returns of a call the names of its recipients, each with when its event arrived.
  constructor(arrivals) {
    this.arrivals = arrivals;
  }

  show(call) {
    if (!this.#calls.has(call.seq)) this.#add(call);
    const shown = this.#calls.get(call.seq);
    const {item, repeat} = shown;
    shown.call = call;
    item.dataset.verdict = call.told === null ? 'waiting' : call.told.code === 'OK' ? 'good' : 'bad';
    setText(item.querySelector('.outcome'), outcomeOf(call));
    setText(item.querySelector('.about'), aboutOf(call));
    setText(item.querySelector('pre'), detailsOf(call));
    repeat.hidden = call.told === null;
    this.showArrivals(shown);
  }

  // Shows anew where events have arrived.
  refresh() {
    for (const shown of this.#calls.values()) this.showArrivals(shown);
  }

  showArrivals({call, item}) {
    const parts = this.arrivals(call).map(({name, at}) =>
      `${name} ${at === undefined ? '–' : milliseconds(Math.max(0, at / 1e3 - call.first_began))}`);
    setText(item.querySelector('.arrivals'), `Arrived after: ${parts.join(', ')}`);
  }

  #add(call) {
    const repeat = button('Repeat', () => ask(`calls/${call.seq}/repeat`),
      {class: 'small', 'aria-label': `Repeat ${call.rpc} of ${clock(new Date(call.began * 1e3))}`});
    const item = element('li', {},
      element('p', {},
        element('span', {}, element('strong', {class: 'outcome'}), ' ', element('span', {class: 'about'})), repeat),
      element('p', {class: 'arrivals soft'}),
      element('details', {}, element('summary', {}, 'What the caller is told'), element('pre')));
    this.#calls.set(call.seq, {item, repeat});
    this.#list.prepend(item);
    if (this.#list.children.length > maxShown) {
      this.#list.lastElementChild.remove();
      this.#calls.delete(this.#calls.keys().next().value);
    }
  }
}

const codeOf = ({code, reason}) => reason ? `${code} ${reason}` : code;

function outcomeOf({told, attempts}) {
  if (told !== null) return `${told.code === 'OK' ? '✓' : '✕'} ${codeOf(told)}`;
  const last = attempts.at(-1);
  return last === undefined ? '… waiting' : `… ${codeOf(last)}, tries again`;
}

function aboutOf({rpc, person, told, attempts, repeats}) {
  const parts = [rpc, `by ${person}`];
  if (told !== null) parts.push(milliseconds(told.seconds));
  const made = attempts.length + (told?.code === 'OK' ? 1 : 0);
  if (made > 1) parts.push(`${made} attempts`);
  if (repeats > 0) parts.push(repeats === 1 ? 'repeated' : `repeated ${repeats} times`);
  if (told?.replayed) parts.push('was complete already');
  return parts.join(' · ');
}

function detailsOf({key, event_id: eventId, told, attempts}) {
  // The last attempt of a call that failed is what the caller is told.
  const earlier = told === null || told.code === 'OK' ? attempts : attempts.slice(0, -1);
  const lines = earlier.map((attempt, i) => `attempt ${i + 1}: ${codeOf(attempt)}: ${attempt.message}`);
  if (told === null) lines.push('no answer yet');
  else lines.push(...toldLines(told));
  lines.push(`idempotency key: ${key}`, `event_id: ${eventId || 'not known'}`);
  return lines.join('\n');
}

function toldLines(told) {
  const lines = [codeOf(told)];
  if (told.recipients > 0) lines.push(`acknowledged for ${told.acknowledged} of ${told.recipients}`);
  if (told.code === 'OK') return lines;
  lines.push(told.message, ...told.violations);
  if (told.refused.length > 0) lines.push(`not acknowledged for: ${told.refused.join(', ')}`);
  lines.push(told.maybe_published ? 'Some may have received it.' : 'Nobody has received it.');
  lines.push(told.retryable ? 'The same call may succeed later.' : 'It would fail again unless something changes.');
  return lines;
}
