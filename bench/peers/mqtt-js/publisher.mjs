// Publishes events with mqtt.js, and awaits every acknowledgement.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const FIRST_USER = 1_000_000;

const { values: options } = parseArgs({
  options: {
    port: { type: 'string' },
    topics: { type: 'string', default: '1000' },
    in_progress: { type: 'string', default: '8' },
    warm_up: { type: 'string', default: '0.5' },
    duration: { type: 'string', default: '2' },
    payload_file: { type: 'string' },
    modules: { type: 'string' },
  },
});

// The packages are installed away from the sources.
const require = createRequire(path.join(path.resolve(options.modules), 'package.json'));
const mqtt = require('mqtt');
const { version } = require('mqtt/package.json');


const cpu = () => process.cpuUsage().user + process.cpuUsage().system;

// Counts acknowledgements between a warm-up and an end.
class Span {
  ended = false;
  #count = 0;
  #begin;
  #start;
  #end;
  #cpu;

  add() {
    const now = performance.now() / 1000;
    if (this.#start !== undefined) {
      if (this.ended) return;
      this.#count += 1;
      if (now - this.#start < Number(options.duration)) return;
      this.#end = now;
      this.#cpu = cpu() - this.#cpu;
      this.ended = true;
    } else if (this.#begin === undefined) {
      this.#begin = now;
    } else if (now - this.#begin >= Number(options.warm_up)) {
      this.#start = now;
      this.#cpu = cpu();
    }
  }

  print() {
    const length = this.#end - this.#start;
    console.log(JSON.stringify({
      program: 'mqtt.js',
      version,
      acknowledged: this.#count,
      seconds: length,
      acknowledged_per_second: this.#count / length,
      cpu_us_per_publication: this.#cpu / this.#count,
    }));
  }
}

async function publishEvents(client, place, payload, span) {
  const count = Number(options.topics);
  const first = FIRST_USER + place * count;
  const topics = Array.from({ length: count }, (_, i) => `dms/dev/${first + i}`);
  while (!span.ended) {
    await Promise.all(topics.map(async (topic) => {
      await client.publishAsync(topic, payload, { qos: 1 });
      span.add();
    }));
  }
}

const payload = readFileSync(options.payload_file);
const client = await mqtt.connectAsync({
  host: '127.0.0.1', port: Number(options.port), protocolVersion: 5, clientId: 'mqtt-js-publisher',
});
const span = new Span();
const places = Array.from({ length: Number(options.in_progress) }, (_, i) => i);
await Promise.all(places.map((place) => publishEvents(client, place, payload, span)));
await client.endAsync();
span.print();
