// The backend of the demonstration: asking it for something, and what it tells.

import {find, setText} from './dom.js';

export async function state() {
  const response = await fetch('state');
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

// Asks for something; what speaks against it is shown, and returned is whether it was done.
export async function ask(path, body = {}) {
  let trouble = '';
  try {
    const response = await fetch(path, {
      method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
    if (!response.ok) trouble = await whatIsWrong(response);
  } catch {
    trouble = 'The backend does not answer.';
  }
  setText(find('trouble'), trouble);
  return trouble === '';
}

async function whatIsWrong(response) {
  const text = await response.text();
  try {
    return `Not possible: ${JSON.parse(text).error}.`;
  } catch {
    return `Not possible: ${text}.`;
  }
}

// Listens to the backend. Calls up to `seq` are left out; after a lost connection some come again.
export function listen(seq, {state, call, lost}) {
  const feed = new EventSource(`feed?after=${seq}`);
  feed.addEventListener('state', event => {
    setText(find('trouble'), '');
    state(JSON.parse(event.data));
  });
  feed.addEventListener('call', event => call(JSON.parse(event.data)));
  feed.addEventListener('error', () => {
    setText(find('trouble'), 'The backend has ended, or cannot be reached.');
    lost();
  });
}
