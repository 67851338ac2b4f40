'use strict';

// usage: node status_page.js BRIDGE-PROGRAM SCREENSHOT-FOLDER

const assert = require('node:assert/strict');
const {spawn} = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const {chromium} = require('playwright-core');

const [bridgeProgram, screenshots] = process.argv.slice(2);
const publishProgram = path.join(path.dirname(bridgeProgram), 'dino-publish');
const patience = 20_000;
const programs = [];

function start(command, ...args) {
  const program = spawn(command, args, {stdio: ['pipe', 'pipe', 'pipe']});
  program.output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding('utf8').on('data', text => { program.output += text; });
  }
  program.ended = new Promise((resolve, reject) => program.on('exit', resolve).on('error', reject));
  programs.push(program);
  return program;
}

async function stop(program) {
  if (program.exitCode === null && program.signalCode === null) program.kill('SIGTERM');
  await program.ended;
}

// Waits until `condition` returns something true, and returns that.
async function until(what, condition) {
  const end = Date.now() + patience;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function freePort() {
  return new Promise(resolve => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startBroker(port) {
  const broker = start('mosquitto', '-v', '-p', String(port));
  await until('mosquitto runs', () => {
    assert.equal(broker.exitCode, null, broker.output);
    return / running\s/.test(broker.output);
  });
  return broker;
}

async function startBridge(brokerPort) {
  const bridge = start(bridgeProgram, '--grpc-address=127.0.0.1:0', '--ops-address=127.0.0.1:0',
    `--mqtt-brokers=127.0.0.1:${brokerPort}`, '--drain-timeout=2s');
  const address = name => bridge.output.match(new RegExp(`"${name}":"([^"]+)"`))?.[1];
  await until('the bridge listens', () => {
    assert.equal(bridge.exitCode, null, bridge.output);
    return address('grpc_address') && address('ops_address');
  });
  return {bridge, grpc: address('grpc_address'), ops: address('ops_address')};
}

// Publishes one event after the other until told to stop.
function publishEvents(address) {
  const request = fs.readFileSync(
    path.join(__dirname, '../../deploy/quickstart/message.request.json'));
  let going = true;
  const finished = (async () => {
    while (going) {
      const call = start(publishProgram, `--address=${address}`, 'PublishMessage');
      call.stdin.end(request);
      assert.equal(await call.ended, 0, call.output);
    }
  })();
  return () => {
    going = false;
    return finished;
  };
}

const text = (page, selector) => page.locator(selector).innerText();
const number = async (page, selector) => Number((await text(page, selector)).replace(/\D/g, ''));

// The page asks every two seconds.
async function changes(page, selector) {
  const before = await number(page, selector);
  await until(`${selector} grows`, async () => await number(page, selector) > before);
}

async function sessionsAre(page, state) {
  await until(`all sessions are ${state}`, async () => {
    const states = await page.locator('#sessions td:nth-child(2)').allInnerTexts();
    return states.length === 8 && states.every(each => each === state);
  });
}

async function showsEvents(page, grpc) {
  const stopPublishing = publishEvents(grpc);
  const started = '#calls tr:has-text("PublishMessage") td:nth-child(3)';
  await page.locator(started).waitFor({timeout: patience});
  await changes(page, started);
  // Nobody has subscribed.
  await changes(page, '#publications tr:has-text("no_subscriber") td:nth-child(3)');
  const line = page.locator('figure:has-text("Calls per second") path.line:not(.bad)');
  const drawn = await line.getAttribute('d');
  await until('the chart grows', async () => await line.getAttribute('d') !== drawn);
  const label = page.locator('figure:has-text("Call duration") svg');
  await until('the chart tells the time', async () =>
    /p99 [\d.]+ (µs|ms|s)/.test(await label.getAttribute('aria-label')));
  await stopPublishing();
}

// Light and dark, wide and narrow: looks right as far as a program can see.
async function fits(page) {
  for (const [name, width, colorScheme] of [
    ['desktop-light', 1200, 'light'], ['desktop-dark', 1200, 'dark'], ['phone-dark', 360, 'dark']]) {
    await page.setViewportSize({width, height: 900});
    await page.emulateMedia({colorScheme});
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
      `${name}: the page is wider than the window`);
    const [red] = (await page.evaluate(() => getComputedStyle(document.querySelector('#state')).color))
      .match(/\d+/g).map(Number);
    assert.equal(red > 60, colorScheme === 'dark', `${name}: the colours are not those of ${colorScheme}`);
    await page.screenshot({path: path.join(screenshots, `${name}.png`), fullPage: true});
  }
}

async function test(browser) {
  const brokerPort = await freePort();
  let broker = await startBroker(brokerPort);
  const {bridge, grpc, ops} = await startBridge(brokerPort);
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const errors = [];
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', error => errors.push(error.message));
  const foreign = [];
  page.on('request', request => {
    if (new URL(request.url()).host !== ops) foreign.push(request.url());
  });

  await page.goto(`http://${ops}/`);
  await sessionsAre(page, 'connected');
  assert.match(await text(page, '#state'), /^Ready/);
  await showsEvents(page, grpc);
  console.log('numbers and charts follow the events');
  await fits(page);
  console.log('it fits a desktop and a phone, light and dark');

  await stop(broker);
  await sessionsAre(page, 'waiting');
  assert.match(await text(page, '#state'), /^Not ready/);
  assert.notEqual(await text(page, '#sessions tr:first-child td:nth-child(4)'), '');
  broker = await startBroker(brokerPort);
  await sessionsAre(page, 'connected');
  assert.match(await text(page, '#state'), /^Ready/);
  console.log('it follows a broker that stops and comes back');

  assert.deepEqual(errors, [], 'errors in the console');
  assert.deepEqual(foreign, [], 'requests to others');
  await stop(bridge);
  await until('the page says that nobody answers', async () =>
    (await text(page, '#state')).startsWith('No response'));
  console.log('it says so when the server is gone');
}

(async () => {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--disable-dev-shm-usage', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    await test(browser);
  } finally {
    await browser.close();
    await Promise.all(programs.map(stop));
  }
  process.exit(0);
})().catch(error => {
  console.error(error);
  process.exit(1);
});
