// usage: node node.mjs BROKER-URL USER-ID
import mqtt from 'mqtt';
import {Seen} from './seen.mjs';

const [url, user] = process.argv.slice(2);
const topic = `dms/dev/${user}`;
const seen = new Seen();

const client = mqtt.connect(url, {
  protocolVersion: 5,
  clientId: `user-${user}-node`, // The same at each start: it names the session,
  clean: false, // which goes on where it ended,
  properties: {sessionExpiryInterval: 86_400}, // if the device is back within a day.
});

client.on('connect', ({sessionPresent}) => {
  if (!sessionPresent) console.error('a new session: events may have been missed');
  client.subscribe(topic, {qos: 1}, error => console.error(error ?? `subscribed to ${topic}`));
});

client.on('message', (_, payload, {properties}) => {
  if (!seen.isNew(properties?.userProperties?.event_id)) return;
  const event = JSON.parse(payload);
  switch (event.event_type) {
    case 'message':
      console.log(`${event.sender_id}: ${event.message_payload}`);
      break;
    case 'read':
      console.log(`${event.user_id} has read ${event.group_id}`);
      break;
    default: // Of what it does not know, an app knows nothing to do.
  }
});

client.on('error', error => console.error(error.message));
process.on('SIGTERM', () => client.end());
