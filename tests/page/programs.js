'use strict';

// The programs that the tests of the page run, on loopback.

const assert = require('node:assert/strict');
const {spawn} = require('node:child_process');
const net = require('node:net');

// How long a wait may last before it fails, in milliseconds.
const patience = 30_000;
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

const stopAll = () => Promise.all(programs.map(stop));

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

// A broker that takes connections and answers every PUBLISH with the reason code; returns its port.
function startRefuser(reasonCode) {
  // Whole packets of MQTT whose length has one byte or two; the rest waits.
  const answer = (socket, bytes) => {
    let at = 0;
    while (bytes.length - at >= 2) {
      const long = bytes[at + 1] >= 0x80;
      if (long && bytes.length - at < 3) break;
      const begin = at + (long ? 3 : 2);
      const end = begin + (bytes[at + 1] & 0x7f) + (long ? bytes[at + 2] * 128 : 0);
      if (end > bytes.length) break;
      const kind = bytes[at] >> 4;
      if (kind === 1) socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      if (kind === 3) {
        const id = begin + 2 + bytes.readUInt16BE(begin);
        socket.write(Buffer.from([0x40, 3, bytes[id], bytes[id + 1], reasonCode]));
      }
      if (kind === 12) socket.write(Buffer.from([0xd0, 0]));
      at = end;
    }
    return bytes.subarray(at);
  };
  return new Promise(resolve => {
    const server = net.createServer(socket => {
      let rest = Buffer.alloc(0);
      socket.on('data', bytes => { rest = answer(socket, Buffer.concat([rest, bytes])); });
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

async function startBridge(program, brokerPorts, ...args) {
  const bridge = start(program, '--grpc-address=127.0.0.1:0', '--ops-address=127.0.0.1:0',
    `--mqtt-brokers=${brokerPorts.map(port => `127.0.0.1:${port}`).join()}`, '--drain-timeout=2s', ...args);
  const address = name => bridge.output.match(new RegExp(`"${name}":"([^"]+)"`))?.[1];
  await until('the bridge listens', () => {
    assert.equal(bridge.exitCode, null, bridge.output);
    return address('grpc_address') && address('ops_address');
  });
  return {bridge, grpc: address('grpc_address'), ops: address('ops_address')};
}

module.exports = {freePort, patience, start, startBridge, startBroker, startRefuser, stop, stopAll, until};
