// browser.html?broker=ws://localhost:8083&user=1234
import mqtt from 'mqtt';
import {Seen} from './seen.mjs';

const parameters = new URLSearchParams(location.search);
const user = parameters.get('user');
const topic = `dms/dev/${user}`;
const say = text => { document.getElementById('status').textContent = text; };

// What a browser keeps: its ID, and what each of its users has seen. All recipients of an event get the same ID.
const device = localStorage.getItem('device') ?? crypto.randomUUID();
localStorage.setItem('device', device);
const clientId = `user-${user}-${device}`; // Names the session.
const kept = `seen by ${user}`;
const seen = new Seen(JSON.parse(localStorage.getItem(kept) ?? '[]'));

function show({event_type, sender_id, message_payload}) {
  if (event_type !== 'message') return; // An app ignores what it does not know.
  const line = document.createElement('li');
  line.textContent = `${sender_id}: ${message_payload}`;
  document.getElementById('events').append(line);
}

function connect() {
  const client = mqtt.connect(parameters.get('broker'), {
    protocolVersion: 5,
    clientId,
    clean: false,
    properties: {sessionExpiryInterval: 86_400},
  });
  client.on('connect', () => client.subscribe(topic, {qos: 1}, error => say(error?.message ?? `subscribed to ${topic}`)));
  client.on('message', (_, payload, {properties}) => {
    if (!seen.isNew(properties?.userProperties?.event_id)) return;
    localStorage.setItem(kept, JSON.stringify(seen));
    show(JSON.parse(payload));
  });
  client.on('error', error => say(error.message));
  client.on('close', () => say('connecting'));
  return new Promise(() => {}); // Keeps the lock for as long as the page is open.
}

// Two tabs with one client ID would throw each other out.
navigator.locks.request(clientId, connect);
