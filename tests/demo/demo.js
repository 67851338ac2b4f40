'use strict';

// usage: node demo.js BRIDGE-PROGRAM SCREENSHOT-FOLDER

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const {isFit, launch, newPage} = require('../page/browser.js');
const {start, stopAll, until} = require('../page/programs.js');
const breaking = require('./breaking.js');
const {DemoPage} = require('./demo_page.js');

const [bridge, screenshots] = process.argv.slice(2);
const both = ['Ada', 'Ben'];

async function startDemo(...options) {
  const demo = start(path.join(__dirname, '../../deploy/demo.sh'), '--bridge', bridge, ...options);
  const url = await until('the demo says where it is', () => {
    assert.equal(demo.exitCode, null, demo.output);
    return demo.output.match(/Open {2}(http:\S+)/)?.[1];
  });
  return {demo, url};
}

// Writes, attaches, edits and reads, without a mouse where a keyboard is likely.
async function chat(on) {
  const begin = on.pane('Ada').getByRole('button', {name: 'New group'});
  await begin.focus();
  await begin.press('Enter');
  await on.allGet(both, /Ada started “Ada's group” with Ben/);
  await on.write('Ada', 'Lunch at noon? 🍕');
  await on.allGet(both, /Ada Lunch at noon\? 🍕/);

  const chooser = on.page.waitForEvent('filechooser');
  await on.press('Attach…', 'Ben');
  // A name too long for a file_id is cut between two characters.
  const name = `menu ${'🍕'.repeat(70)}.pdf`;
  await (await chooser).setFiles({name, mimeType: 'application/pdf', buffer: Buffer.from('menu')});
  await on.allGet(both, /Ben attached menu (🍕){53}/u);

  await on.pane('Ada').getByRole('button', {name: /^Edit/}).press('Enter');
  await on.write('Ada', 'Lunch at one?');
  await on.allGet(both, /Ada changed a message: Lunch at one\?/);
  assert.match((await on.texts('Ben'))[1], /^Ada Lunch at one\? \(edited\)/);
  assert.equal(await on.pane('Ben').getByRole('button', {name: /^Edit/}).count(), 0);
  await on.press('Mark read', 'Ben');
  await on.allGet(both, /Ben has read everything/);
  await on.isComplete(both);
}

// The JSON is the one that came over MQTT, and has the ID that the caller was told.
async function showsJson(on) {
  const told = await on.newestCall(/✓ OK PublishRead · by Ben · [\d.]+ m?s/);
  const details = on.pane('Ada').locator('.events li').last().locator('details');
  await details.locator('summary').press('Enter');
  const raw = await details.locator('pre').innerText();
  const {event_type: type, user_id: user} = JSON.parse(raw.split('\n')[0]);
  assert.deepEqual({type, user}, {type: 'read', user: 1002});
  assert.equal(raw.match(/event_id: (\S+)/)[1], told.match(/event_id: (\S+)/)[1]);
  assert.match(raw, /content type: application\/json/);
  await details.locator('summary').press('Enter');
}

// The page answers no other site, and no other machine reaches anything of the demo.
async function isGuarded(url, mqtt) {
  const post = headers => fetch(`${url}broker/stop`, {method: 'POST', headers, body: '{}'}).then(({status}) => status);
  assert.equal(await post({'Content-Type': 'application/json', Origin: 'http://evil.example'}), 403);
  assert.equal(await post({'Content-Type': 'text/plain', Origin: new URL(url).origin}), 403);
  assert.equal(await post({'Content-Type': 'application/json'}), 403);
  const outside = Object.values(os.networkInterfaces()).flat().find(({internal, family}) => !internal && family === 'IPv4');
  const rebound = await new Promise(resolve => http.get(url, {headers: {Host: 'evil.example'}}, resolve));
  assert.equal(rebound.resume().statusCode, 403);
  if (!outside) return;
  for (const {port} of [new URL(url), new URL(mqtt)]) {
    const reached = await new Promise(resolve => {
      const socket = net.connect(port, outside.address, () => resolve(true)).on('error', () => resolve(false));
      socket.unref();
    });
    assert.equal(reached, false, `port ${port} can be reached at ${outside.address}`);
  }
}

async function peopleComeAndGo(on) {
  await on.press('Add a person');
  await on.deviceIs('Cleo', /^connected$/);
  await on.press('Join', 'Cleo');
  await on.allGet([...both, 'Cleo'], /Cleo joined/);
  await on.write('Cleo', 'Here I am');
  await on.allGet([...both, 'Cleo'], /Cleo Here I am/);
  await on.press('Mark read', 'Cleo');
  assert.match(await on.newestCall(/✕ INVALID_ARGUMENT INVALID_FIELD PublishRead/), /user_ids: /);
  await on.press('Leave', 'Ben');
  await on.allGet([...both, 'Cleo'], /Ben left/);
  await on.write('Ada', 'Without Ben');
  await on.allGet(['Ada', 'Cleo'], /Ada Without Ben/);
  assert.match((await on.texts('Ben')).at(-1), /Ben left/);
  await on.isComplete([...both, 'Cleo']);
}

// The programs that a process has started, each with its command.
function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(child => ({
    child, command: fs.readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0')}));
}

// Ctrl-C ends all that was started, and the page says so.
async function ends(demo, on) {
  const children = childrenOf(demo.pid);
  const broker = children.find(({command}) => command[0].endsWith('mosquitto'));
  assert.equal(children.length, 2, JSON.stringify(children));
  const folder = path.dirname(path.dirname(broker.command.at(-2)));
  assert.match(folder, /dino-demo\.\w+$/);
  demo.kill('SIGINT');
  assert.equal(await demo.ended, 0, demo.output);
  assert.deepEqual(children.filter(({child}) => fs.existsSync(`/proc/${child}`)), []);
  assert.ok(!fs.existsSync(folder), `${folder} is left`);
  await until('the page notices', async () => /has ended/.test(await on.page.locator('#trouble').textContent()));
  console.log('Ctrl-C ends all, and leaves nothing');
}

// A page that was left open belongs to the next demo at its port.
async function startsAgain(url, on) {
  await startDemo('--port', new URL(url).port);
  for (const name of both) await on.deviceIs(name, /^connected$/);
  await on.press('New group', 'Ada');
  await on.allGet(both, /Ada started “Ada's group” with Ben/);
  await on.isComplete(both);
  console.log('the page goes on with the next demo');
}

(async () => {
  const browser = await launch();
  try {
    const {demo, url} = await startDemo();
    const state = await (await fetch(`${url}state`)).json();
    const hosts = [new URL(url).host, new URL(state.mqtt).host];
    const {page, problems} = await newPage(browser, host => hosts.includes(host));
    const on = new DemoPage(page);
    await page.goto(url);
    for (const name of both) await on.deviceIs(name, /^connected$/);
    await chat(on);
    await showsJson(on);
    await isGuarded(url, state.mqtt);
    await breaking.all(on, situation => isFit(page, screenshots, situation));
    await peopleComeAndGo(on);
    // What the browser itself says while the broker is stopped.
    assert.deepEqual(problems.filter(text => !/^WebSocket connection to .* failed/.test(text)), []);
    await ends(demo, on);
    await isFit(page, screenshots, 'ended');
    await startsAgain(url, on);
  } finally {
    await browser.close();
    await stopAll();
  }
  process.exit(0);
})().catch(error => {
  console.error(error);
  process.exit(1);
});
