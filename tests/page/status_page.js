'use strict';

// usage: node status_page.js BRIDGE-PROGRAM SCREENSHOT-FOLDER WARM-UP-SECONDS

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {isFit, launch, newPage, says, text} = require('./browser.js');
const {freePort, start, startBridge, startBroker, startRefuser, stop, stopAll, until} = require('./programs.js');

const [bridgeProgram, screenshots, warmUp] = process.argv.slice(2);
const publishProgram = path.join(path.dirname(bridgeProgram), 'dino-publish');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dino-page-'));

// Two callers, by name, and the path of a file with the key of each.
function writeKeys() {
  const callers = {};
  for (const name of ['chat', 'presence', 'stranger']) {
    callers[name] = path.join(folder, name);
    fs.writeFileSync(callers[name], crypto.randomBytes(16).toString('hex'));
  }
  const sha256 = name => crypto.createHash('sha256').update(fs.readFileSync(callers[name])).digest('hex');
  const file = path.join(folder, 'callers.json');
  fs.writeFileSync(file, JSON.stringify({callers: ['chat', 'presence'].map(name => ({name, sha256: sha256(name)}))}));
  return {file, callers};
}

// The request of the quickstart, for so many users.
function requestFor(name, users) {
  const file = path.join(__dirname, '../../deploy/quickstart', `${name}.request.json`);
  const request = JSON.parse(fs.readFileSync(file));
  if (users) request.user_ids = Array.from({length: users}, (_, i) => String(i + 1));
  return JSON.stringify(request);
}

async function publish(address, {method, request, key, exitCode}) {
  const call = start(publishProgram, `--address=${address}`, `--key-file=${key}`, method);
  call.stdin.end(request);
  const ended = await call.ended;
  if (exitCode !== undefined) assert.equal(ended, exitCode, call.output);
}

// Publishes one event after the other until told to stop.
function publishEvents(address, calls) {
  let going = true;
  const finished = (async () => {
    for (let i = 0; going; ++i) await publish(address, calls[i % calls.length]);
  })();
  return () => {
    going = false;
    return finished;
  };
}

const number = async (page, selector) => Number((await text(page, selector)).replace(/\D/g, ''));
const rowOf = (table, name) => `#${table} tr:has(th:has-text("${name}"))`;

async function readyz(ops) {
  const response = await fetch(`http://${ops}/readyz`);
  return `${response.status} ${await response.text()}`;
}

// Opens the status page; in `problems` is then what went wrong in it. `names` are those to be shown
// in place of others: names as they are on a cluster, and not of the machine that runs the test.
async function open(browser, ops, names) {
  const {page, problems} = await newPage(browser, host => host === ops);
  await page.route('**/status.json', async route => {
    const response = await route.fetch().catch(() => null);
    if (response === null) return route.abort();
    const body = names.reduce((json, [from, to]) => json.replaceAll(from, to), await response.text());
    return route.fulfill({response, body});
  });
  await page.goto(`http://${ops}/`);
  return {page, problems};
}

const warm = () => new Promise(resolve => setTimeout(resolve, 1000 * Number(warmUp)));

async function allIsWell(page, ops) {
  await says(page, '#verdict', /All is well/);
  assert.equal(await readyz(ops), '200 good\n');
  await page.locator(rowOf('calls', 'PublishMessage')).waitFor();
  // Nobody has subscribed: that is acknowledged all the same, in the counter as in the chart.
  await until('publications are counted', async () =>
    await number(page, `${rowOf('publications', 'Acknowledged')} td:nth-child(3)`) > 0);
  assert.equal(await text(page, `${rowOf('publications', 'Acknowledged')} td:nth-child(3)`),
    await text(page, `${rowOf('publications', 'nobody had subscribed')} td:nth-child(3)`));
  await says(page, `${rowOf('refused', 'UNKNOWN_CALLER')} td:nth-child(3)`, /[1-9]/);
  const line = page.locator('figure:has-text("Publications per second") path.line:not(.failed)');
  const drawn = await line.getAttribute('d');
  await until('the chart grows', async () => await line.getAttribute('d') !== drawn);
  const label = page.locator('figure:has-text("Duration of unary calls") svg');
  await until('the chart tells the time', async () => /p99 [\d.]+ (µs|ms|s)/.test(await label.getAttribute('aria-label')));
  await says(page, `${rowOf('calls', 'PublishMessage')} td:nth-child(4)`, /\d (µs|ms|s)$/);
  await says(page, `${rowOf('callers', 'chat')} td:nth-child(2)`, /[1-9]/);
  await warm();
  await isFit(page, screenshots, 'all-well');
}

async function oneBrokerDies(page, ops, lost, die) {
  await die();
  await says(page, '#verdict', /Degraded/);
  await says(page, '#problems', new RegExp(`Broker ${lost}: cannot be reached`));
  await says(page, '#problems', /\d+ % of all, are served by the other brokers/);
  await says(page, '#problems', /concerns \d+ % of the users/);
  await says(page, `${rowOf('brokers', lost)} td:nth-child(2)`, /not connected/);
  await says(page, '#changes', /cannot be reached/);
  assert.match(await readyz(ops), /^200 degraded: Broker .* cannot be reached/);
  await warm();
  await isFit(page, screenshots, 'one-broker-dead');
}

async function isWellAgain(page) {
  await says(page, '#verdict', /All is well/);
  await says(page, '#changes', /is connected again, after/);
  console.log('it follows a broker that comes back');
}

async function serverGoes(page, bridge) {
  await stop(bridge);
  await says(page, '#verdict', /Connection lost since/);
  assert.match(await page.title(), /Connection lost/);
  await isFit(page, screenshots, 'server-gone');
}

async function testBrokersAndServer(browser) {
  const ports = [await freePort(), await freePort()];
  const brokers = await Promise.all(ports.map(startBroker));
  const {file, callers} = writeKeys();
  const {bridge, grpc, ops} = await startBridge(
    bridgeProgram, ports, `--auth-keys-file=${file}`, '--environment=prod', '--mqtt-failover-after=1s');
  const names = ports.map((port, i) => [`127.0.0.1:${port}`, `vernemq-${i}.vernemq:1883`]);
  const {page, problems} = await open(browser, ops,
    [...names, [`"replica":"${os.hostname()}"`, '"replica":"bridge-7c9d6b5f4-x2kqm"'], [folder, '/etc/dino']]);
  const stopPublishing = publishEvents(grpc, [
    {method: 'PublishMessage', request: requestFor('message', 300), key: callers.chat, exitCode: 0},
    {method: 'PublishMessage', request: requestFor('message', 40), key: callers.chat, exitCode: 0},
    {method: 'PublishRead', request: requestFor('read'), key: callers.presence, exitCode: 0},
    {method: 'PublishEdit', request: requestFor('edit', 8), key: callers.chat, exitCode: 0}]);
  // Ten a minute would not be well.
  await publish(grpc, {method: 'PublishMessage', request: requestFor('message'), key: callers.stranger, exitCode: 5});

  await allIsWell(page, ops);
  await oneBrokerDies(page, ops, names[1][1], () => stop(brokers[1]));
  await startBroker(ports[1]);
  await isWellAgain(page);
  await stopPublishing();
  assert.deepEqual(problems, []);
  await serverGoes(page, bridge);
  await page.close();
}

async function testRefusals(browser) {
  const notAuthorized = 0x87;
  const port = await startRefuser(notAuthorized);
  const {bridge, grpc, ops} = await startBridge(bridgeProgram, [port], '--environment=prod', '--allow-anonymous=true');
  const {page, problems} = await open(browser, ops,
    [[`127.0.0.1:${port}`, 'vernemq.mqtt:1883'], [`"replica":"${os.hostname()}"`, '"replica":"bridge-7c9d6b5f4-x2kqm"']]);
  const none = path.join(folder, 'stranger');
  const stopPublishing = publishEvents(grpc, [
    {method: 'PublishMessage', request: requestFor('message', 25), key: none},
    {method: 'PublishEdit', request: requestFor('edit', 3), key: none}]);
  await says(page, '#verdict', /Down/);
  await says(page, '#problems', /Refused by vernemq.mqtt:1883: every publication, with 0x87 not authorized/);
  await says(page, '#problems', /ACL/);
  assert.match(await readyz(ops), /^200 down: Refused by/);
  await warm();
  await isFit(page, screenshots, 'all-refused');
  await stopPublishing();
  assert.deepEqual(problems, []);
  await page.close();
  await stop(bridge);
}

(async () => {
  const browser = await launch();
  try {
    await testBrokersAndServer(browser);
    await testRefusals(browser);
  } finally {
    await browser.close();
    await stopAll();
    fs.rmSync(folder, {recursive: true});
  }
  process.exit(0);
})().catch(error => {
  console.error(error);
  process.exit(1);
});
