'use strict';

// usage: node asyncapi.js DOCS-FOLDER
//
// The AsyncAPI document is valid, has every schema, and the parser would notice mistakes.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const {Parser} = require('@asyncapi/parser');

const docs = process.argv[2];
const source = path.join(docs, 'asyncapi.yaml');
const text = fs.readFileSync(source, 'utf8');
const kinds = fs.readdirSync(path.join(docs, 'schemas'))
  .map(name => name.replace('.schema.json', '')).filter(name => name !== 'any').sort();

const mistakes = async yaml => {
  const {document, diagnostics} = await new Parser().parse(yaml, {source});
  // A hint (3) is about taste.
  return {document, found: diagnostics.filter(({severity}) => severity < 2).map(({message, path: at}) => `${at.join('.')}: ${message}`)};
};

const parsed = mistakes(text);

test('the document is valid', async () => {
  const {document, found} = await parsed;
  assert.deepEqual(found, []);
  assert.equal(document.version(), '3.0.0');
});

test('a user receives every kind of event, and each has its schema', async () => {
  const {document} = await parsed;
  const messages = document.channels().get('user').messages().all();
  assert.deepEqual(messages.map(message => message.id()).sort(), kinds);
  for (const message of messages) {
    const schema = JSON.parse(fs.readFileSync(path.join(docs, 'schemas', `${message.id()}.schema.json`)));
    const payload = message.payload().json();
    assert.deepEqual(payload.required, schema.required);
    assert.deepEqual(Object.keys(payload.properties), Object.keys(schema.properties));
    assert.deepEqual(message.headers().json().required, ['event_id', 'event_type']);
  }
});

test('what is published says QoS, retain and the expiry', async () => {
  const {document} = await parsed;
  const [operation] = document.operations().filterBySend();
  const {qos, retain, messageExpiryInterval} = operation.bindings().get('mqtt').value();
  assert.deepEqual({qos, retain, messageExpiryInterval}, {qos: 1, retain: false, messageExpiryInterval: 86400});
});

const broken = {
  'a schema that is missing': ['schemas/edit.schema.json', 'schemas/edits.schema.json'],
  'a message that is missing': ['#/components/messages/read', '#/components/messages/reads'],
  'an action that there is not': ['action: send', 'action: broadcast'],
  'a QoS that there is not': ['qos: 1', 'qos: 3'],
};
for (const [name, [before, after]] of Object.entries(broken)) {
  test(`the parser refuses ${name}`, async () => {
    assert.ok(text.includes(before));
    const {found} = await mistakes(text.replace(before, after));
    assert.notDeepEqual(found, []);
  });
}
