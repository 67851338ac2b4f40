// A person's device: an MQTT v5 connection to the broker that lasts, whatever happens to it.

import mqtt from '../mqtt.js';

// How long the broker keeps the events of a device that is away, in seconds.
const sessionExpiryInterval = 600;

export class Device {
  #client;
  #dropped = false;

  // `changed` is called when the connection comes or goes, `arrived` with each event and its properties.
  constructor(person, url, {changed, arrived}) {
    this.connected = false;
    this.#client = mqtt.connect(url, {
      protocolVersion: 5, clientId: `demo-${person.id}-${crypto.randomUUID().slice(0, 8)}`,
      username: String(person.id), password: person.password,
      clean: false, resubscribe: false, properties: {sessionExpiryInterval},
      reconnectPeriod: 500, connectTimeout: 3000, keepalive: 60,
      timerVariant: 'native',  // Otherwise it makes a worker of a blob, which the page does not allow.
    });
    const set = connected => {
      this.connected = connected;
      changed();
    };
    // The session may be there and the subscription not, if the connection was lost between the two.
    this.subscribed = new Promise(resolve => {
      let isSubscribed = false;
      const confirm = () => {
        isSubscribed = true;
        resolve();
      };
      this.#client.on('connect', ({sessionPresent}) => {
        set(true);
        if (sessionPresent && isSubscribed) return;
        this.#client.subscribeAsync(person.topic, {qos: 1}).then(confirm, () => {});  // Or when next connected.
      });
    });
    this.#client.on('close', () => set(false));
    this.#client.on('error', () => {});  // A close follows.
    this.#client.on('message', (topic, payload, packet) => arrived(
      new TextDecoder().decode(payload), packet.properties ?? {}));
  }

  get dropped() {
    return this.#dropped;
  }

  // Cuts the connection, without a word to the broker.
  drop() {
    this.#dropped = true;
    this.#client.end(true);
  }

  reconnect() {
    this.#dropped = false;
    this.#client.reconnect();
  }

  // The page is closed: the broker need not keep anything.
  forget() {
    this.#client.end(false, {properties: {sessionExpiryInterval: 0}});
  }
}
