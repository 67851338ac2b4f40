'use strict';

// Breaks what the demo's page lets one break, and sees that nothing is lost or doubled.

const assert = require('node:assert/strict');
const {until} = require('../page/programs.js');

const both = ['Ada', 'Ben'];

async function refusesWhatIsInvalid(on) {
  const before = (await on.texts('Ben')).length;
  await on.write('Ada', '');
  const told = await on.newestCall(/✕ INVALID_ARGUMENT INVALID_FIELD PublishMessage/);
  assert.match(told, /message\.message_payload: /);
  assert.match(told, /Nobody has received it/);
  assert.equal((await on.texts('Ben')).length, before);
}

async function brokerStops(on) {
  await on.press('Stop the broker');
  await on.programIs('Broker', 'stopped');
  for (const name of both) await on.deviceIs(name, /^connecting$/);
  await on.write('Ada', 'While the broker is stopped');
  await on.newestCall(/… UNAVAILABLE BROKER_UNREACHABLE, tries again/);
  await on.press('Start the broker');
  await on.allGet(both, /Ada While the broker is stopped/);
  await on.newestCall(/✓ OK PublishMessage · by Ada · [\d.]+ m?s · \d+ attempts/);
  await on.isComplete(both);
}

async function bridgeStops(on, look) {
  await on.press('Stop the bridge');
  await on.programIs('Bridge', 'stopped');
  await on.write('Ben', 'While the bridge is stopped');
  await on.newestCall(/… UNAVAILABLE, tries again/);
  await look('waiting');
  assert.match(await on.newestCall(/✕ \w+ .*PublishMessage · by Ben/), /The same call may succeed later/);
  await on.press('Start the bridge');
  await on.programIs('Bridge', 'running');
  await on.repeatNewest();
  await on.newestCall(/✓ OK PublishMessage · by Ben .* repeated/);
  await on.allGet(both, /Ben While the bridge is stopped/);
  await on.isComplete(both);
}

async function topicIsRefused(on, look) {
  await on.press('Refuse topic', 'Ben');
  await on.deviceIs('Ben', /refused/);
  await on.write('Ada', 'Not for Ben yet');
  const told = await on.newestCall(/✕ PERMISSION_DENIED BROKER_NOT_AUTHORIZED PublishMessage/);
  assert.match(told, /acknowledged for 1 of 2/);
  assert.match(told, /not acknowledged for: 1002/);
  await on.allGet(['Ada'], /Not for Ben yet/);
  assert.doesNotMatch((await on.texts('Ben')).at(-1), /Not for Ben yet/);
  assert.equal((await on.ledger('Ada'))['Arrived though not OK'], 1);
  await on.page.locator('#calls li').first().locator('summary').click();
  await look('refused');

  await on.press('Allow topic', 'Ben');
  await on.deviceIs('Ben', /^connected$/);
  await on.repeatNewest();
  await on.newestCall(/✓ OK PublishMessage .* repeated/);
  await on.allGet(both, /Not for Ben yet/);
  assert.equal((await on.ledger('Ada'))['Copies ignored'], 0);
  await on.isComplete(both);
}

async function connectionDrops(on) {
  await on.press('Drop connection', 'Ben');
  await on.deviceIs('Ben', /^dropped$/);
  await on.write('Ada', 'Ben is away');
  await on.allGet(['Ada'], /Ben is away/);
  await on.newestCall(/✓ OK/);
  await on.verdictIs(/^▲ The broker keeps 1 for Ben/);
  await on.press('Reconnect', 'Ben');
  await on.allGet(both, /Ben is away/);
  await on.isComplete(both);
}

// A new bridge does not know the call any more: each gets a copy, and knows it.
async function copiesAreKnown(on) {
  await on.repeatNewest();
  await on.newestCall(/✓ OK .* repeated · was complete already/);
  assert.equal((await on.ledger('Ada'))['Copies ignored'], 0);
  await on.press('Stop the bridge');
  await on.programIs('Bridge', 'stopped');
  await on.press('Start the bridge');
  await on.programIs('Bridge', 'running');
  const before = await on.texts('Ben');
  await on.repeatNewest();
  await on.newestCall(/✓ OK .* repeated 2 times/);
  for (const name of both) {
    await until(`${name} gets a copy`, async () => (await on.ledger(name))['Copies ignored'] === 1);
    assert.match(await on.pane(name).locator('.events li').last().innerText(), /2 copies arrived/);
  }
  assert.deepEqual(await on.texts('Ben'), before);
  await on.isComplete(both);
}

// Twenty messages, while first the broker and then the bridge is gone for a while.
async function manyWhileAllBreaks(on) {
  const sent = async name => (await on.texts(name)).map(text => text.match(/Message (\d+) of 20/)?.[1]).filter(Boolean);
  const some = number => until(`${number} have arrived`, async () => (await sent('Ada')).length >= number);
  await on.press('Stop the broker');
  await on.programIs('Broker', 'stopped');
  await on.press('Send 20 messages');
  await on.newestCall(/tries again/);
  await on.press('Start the broker');
  await some(3);
  await on.press('Stop the bridge');
  await on.programIs('Bridge', 'stopped');
  await on.press('Start the bridge');
  await some(20);
  const expected = Array.from({length: 20}, (_, i) => String(i + 1));
  for (const name of both) {
    await until(`${name} has all`, async () => (await sent(name)).length === 20);
    assert.deepEqual(await sent(name), expected, name);
  }
  await on.isComplete(both);
}

async function all(on, look) {
  for (const step of [
    refusesWhatIsInvalid, brokerStops, bridgeStops, topicIsRefused, connectionDrops, copiesAreKnown, manyWhileAllBreaks,
  ]) {
    const began = Date.now();
    await step(on, look);
    console.log(`${step.name}: nothing lost, nothing doubled; ${((Date.now() - began) / 1e3).toFixed(1)} s`);
  }
}

module.exports = {all};
