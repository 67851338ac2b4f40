'use strict';

// usage: node subscribers.js BRIDGE-PROGRAM EXAMPLES-FOLDER PYTHON GO-PROGRAM
//
// Each example shows a user's messages once, in their order, though the broker brings copies; and, in its second
// life, what came while it was away. EXAMPLES-FOLDER has the packages that the examples need.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const {chromium} = require('playwright-core');
const mqtt = require('mqtt');
const {freePort, start, startBridge, stop, stopAll, until} = require('../page/programs.js');

const [bridgeProgram, examples, python, goProgram] = process.argv.slice(2);
const publishProgram = path.join(path.dirname(bridgeProgram), 'dino-publish');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dino-subscribers-'));
const golden = path.join(__dirname, '../support/golden/message.request.json');
const stage = {};

async function startBroker() {
  const [port, webSockets] = [await freePort(), await freePort()];
  const settings = path.join(folder, 'mosquitto.conf');
  fs.writeFileSync(settings, [`listener ${port} 127.0.0.1`, `listener ${webSockets} 127.0.0.1`, 'protocol websockets',
    'allow_anonymous true', 'log_type all', ''].join('\n'));
  const broker = start('mosquitto', '-c', settings);
  await until('mosquitto runs', () => {
    assert.equal(broker.exitCode, null, broker.output);
    return / running\s/.test(broker.output);
  });
  return {port, webSockets};
}

// What the broker brings, as a subscriber sees it that drops nothing: the IDs of events, by topic.
async function startWitness(port) {
  const witness = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {protocolVersion: 5});
  const copies = {};
  witness.on('message', (topic, payload, {properties}) => {
    (copies[topic] ??= []).push(properties.userProperties.event_id);
  });
  await witness.subscribeAsync('dms/dev/+', {qos: 1});
  return {copies, end: () => witness.endAsync()};
}

function startWebServer() {
  const types = {'.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript'};
  const server = http.createServer((request, response) => {
    const file = path.join(examples, path.normalize(new URL(request.url, 'http://localhost').pathname));
    if (!fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {'content-type': types[path.extname(file)] ?? 'application/octet-stream'});
    return fs.createReadStream(file).pipe(response);
  });
  return new Promise(resolve => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

// Publishes a message to users by one bridge, or by both, so that the broker gets a copy: neither bridge knows what
// the other one has published with that key.
async function publish(users, text, bridges) {
  const request = JSON.parse(fs.readFileSync(golden));
  request.message.message_payload = text;
  request.user_ids = [users].flat().map(String);
  request.options = {idempotency_key: encodeURIComponent(`${users} ${text}`)};
  for (const {grpc} of bridges) {
    const call = start(publishProgram, `--address=${grpc}`, 'PublishMessage');
    call.stdin.end(JSON.stringify(request));
    assert.equal(await call.ended, 0, call.output);
  }
}

// A subscriber that is a program.
const program = (...command) => async () => {
  const running = start(...command);
  await until(`${command[0]} subscribes`, () => {
    assert.equal(running.exitCode, null, running.output);
    return running.output.includes('subscribed');
  });
  return {
    lines: () => running.output.split('\n').filter(line => line.startsWith('1234: ')),
    close: async () => {
      await stop(running);
      assert.equal(running.exitCode, 0, running.output);
    },
  };
};

async function openPage(user) {
  const query = new URLSearchParams({broker: `ws://127.0.0.1:${stage.broker.webSockets}`, user});
  const page = await stage.context.newPage();
  const errors = [];
  page.on('pageerror', error => errors.push(error.message));
  await page.goto(`http://127.0.0.1:${stage.web.address().port}/browser.html?${query}`);
  await until('the page subscribes', async () => {
    assert.deepEqual(errors, []);
    return (await page.locator('#status').innerText()).startsWith('subscribed');
  });
  return {lines: () => page.locator('#events li').allInnerTexts(), close: () => page.close()};
}

async function shows(device, what) {
  const last = `1234: ${what.at(-1)}`;
  await until(`${last} is shown`, async () => (await device.lines()).includes(last));
  assert.deepEqual(await device.lines(), what.map(text => `1234: ${text}`));
}

// The first life of a device, its absence and its second life.
async function liveTwice(user, open) {
  const {bridges, witness} = stage;
  const first = await open(user);
  await publish(user, 'twice', bridges);
  await publish(user, 'once', [bridges[0]]);
  await shows(first, ['twice', 'once']);
  await first.close();

  await publish(user, 'twice while away', bridges);
  const second = await open(user);
  await publish(user, 'back', [bridges[1]]);
  await shows(second, ['twice while away', 'back']);
  await second.close();

  const topic = `dms/dev/${user}`;
  await until('the witness has all', () => witness.copies[topic]?.length === 6);
  assert.equal(new Set(witness.copies[topic]).size, 4);
}

test.before(async () => {
  stage.broker = await startBroker();
  stage.witness = await startWitness(stage.broker.port);
  stage.bridges = [];
  for (const name of ['one', 'two']) {
    stage.bridges.push(await startBridge(bridgeProgram, [stage.broker.port], `--mqtt-client-id-prefix=${name}`));
  }
  stage.web = await startWebServer();
  stage.browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--disable-dev-shm-usage', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
  });
  stage.context = await stage.browser.newContext();
});

test.after(async () => {
  await stage.browser?.close();
  stage.web?.close();
  await stage.witness?.end();
  await stopAll();
  fs.rmSync(folder, {recursive: true});
});

const url = () => `mqtt://127.0.0.1:${stage.broker.port}`;
test('Node', () => liveTwice(1, user => program('node', path.join(examples, 'node.mjs'), url(), String(user))()));
test('Python', () => liveTwice(2, user =>
  program(python, path.join(examples, 'subscriber.py'), '127.0.0.1', String(stage.broker.port), String(user))()));
test('Go', () => liveTwice(3, user => program(goProgram, url(), String(user))()));
test('browser', () => liveTwice(4, openPage));

// An event has one ID for both; a page drops only what its own user has seen.
test('browser with two users', async () => {
  const pages = [await openPage(5), await openPage(6)];
  await pages[1].close();
  await publish([5, 6], 'for both', [stage.bridges[0]]);
  await shows(pages[0], ['for both']);
  pages[1] = await openPage(6);
  await shows(pages[1], ['for both']);
  for (const page of pages) await page.close();
});
