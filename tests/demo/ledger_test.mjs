// What the demo's page counts: an account that always says that all is well would be worth nothing.

import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Ledger} from '../../deploy/demo/page/ledger.js';

const ada = 1001;
const ben = 1002;
const later = 60_000;
let ledger;

const call = (seq, more = {}) => ({seq, recipients: [ada, ben], ok: true, event_id: `event-${seq}`, ...more});

beforeEach(() => {
  ledger = new Ledger();
  for (const id of [ada, ben]) {
    ledger.add(id);
    ledger.connected(id, true, 0);
    ledger.subscribed(id, 0);
  }
});

test('what arrived once is complete', () => {
  ledger.called(call(1), 0);
  assert.equal(ledger.arrived(ada, 'event-1', 5), 1);
  assert.deepEqual(ledger.rowOf(ada, later), {
    sent: 1, answered: 1, complete: 1, waiting: 0, lost: 0, unanswered: 0, copies: 0, away: false});
});

test('what was answered OK and does not arrive is lost', () => {
  ledger.called(call(1), 0);
  assert.equal(ledger.rowOf(ben, 100).waiting, 1);
  assert.equal(ledger.rowOf(ben, later).lost, 1);
  assert.equal(ledger.rowOf(ben, later).waiting, 0);
});

test('what a device that is away does not have is on its way, and lost only after it has returned', () => {
  ledger.connected(ben, false, 0);
  ledger.called(call(1), 0);
  assert.equal(ledger.rowOf(ben, later).waiting, 1);
  assert.equal(ledger.rowOf(ben, later).away, true);
  ledger.connected(ben, true, later);
  assert.equal(ledger.rowOf(ben, later + 100).waiting, 1);
  assert.equal(ledger.rowOf(ben, 2 * later).lost, 1);
});

test('copies are counted and are not further events', () => {
  ledger.called(call(1), 0);
  ledger.arrived(ada, 'event-1', 5);
  assert.equal(ledger.arrived(ada, 'event-1', 7), 2);
  assert.equal(ledger.arrivalOf(ada, 'event-1'), 5);
  const {complete, copies, unanswered} = ledger.rowOf(ada, later);
  assert.deepEqual({complete, copies, unanswered}, {complete: 1, copies: 1, unanswered: 0});
});

test('what arrives although its call failed is neither complete nor lost', () => {
  ledger.called(call(1, {ok: false}), 0);
  ledger.arrived(ada, 'event-1', 5);
  const {sent, answered, lost, unanswered} = ledger.rowOf(ada, later);
  assert.deepEqual({sent, answered, lost, unanswered}, {sent: 1, answered: 0, lost: 0, unanswered: 1});
  assert.equal(ledger.rowOf(ben, later).lost, 0);
});

test('a call that is repeated counts once, from its first OK', () => {
  ledger.called(call(1, {ok: false, event_id: ''}), 0);
  ledger.called(call(1), 10);
  ledger.called(call(1), later);
  ledger.arrived(ada, 'event-1', later);
  assert.equal(ledger.rowOf(ada, later).answered, 1);
  assert.equal(ledger.rowOf(ben, later).lost, 1);
});

test('what was sent before a device subscribed, or to others, does not count', () => {
  ledger.subscribed(ben, 3);
  ledger.called(call(3), 0);
  ledger.called(call(4, {recipients: [ada]}), 0);
  assert.equal(ledger.rowOf(ben, later).sent, 0);
  assert.equal(ledger.rowOf(ada, later).sent, 2);
});

test('what a call from before a device subscribed brings it is not without an OK', () => {
  ledger.subscribed(ben, 3);
  ledger.called(call(3, {ok: false, event_id: ''}), 0);
  ledger.arrived(ben, 'event-3', 5);
  assert.equal(ledger.rowOf(ben, 6).unanswered, 1);
  ledger.called(call(3), 7);
  const {answered, complete, unanswered} = ledger.rowOf(ben, later);
  assert.deepEqual({answered, complete, unanswered}, {answered: 0, complete: 0, unanswered: 0});
});
