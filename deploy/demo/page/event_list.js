// The events that arrived at a person's device, in words and as they are.

import {button, clock, element, setText} from './dom.js';

const maxShown = 200;

export class EventList {
  #me;
  #names;
  #edit;
  #list;
  #empty;
  #items = new Map();  // By event_id.
  #messages = new Map();  // What shows their text, by message_id.

  // `names` are people's names by their IDs, `edit` is called with a message that is to be changed.
  constructor(me, names, edit) {
    this.#me = me;
    this.#names = names;
    this.#edit = edit;
    this.#empty = element('p', {class: 'soft empty'});
    this.#list = element('ol', {'aria-label': `What arrived at ${me.name}’s device`});
    this.element = element('div', {class: 'events', tabindex: '0', role: 'log', 'aria-label': `${me.name}’s events`},
      this.#empty, this.#list);
  }

  showEmpty(text) {
    setText(this.#empty, text);
    this.#empty.hidden = this.#list.children.length > 0;
  }

  // Shows an event when its first copy arrives, and counts the others.
  add(json, properties, copy) {
    const eventId = properties.userProperties?.event_id;
    if (copy > 1) {
      const note = this.#items.get(eventId)?.querySelector('.copies');
      if (note) setText(note, `${copy} copies arrived; the event_id tells, and it is shown once.`);
      return;
    }
    const event = JSON.parse(json);
    const {who, text} = this.#describe(event);
    const words = element('span', {class: 'text'}, text);
    const item = element('li', {class: who === this.#me.id ? 'own' : ''},
      element('p', {}, element('strong', {}, this.#name(who)), ' ', words, ...this.#note(event, words)),
      element('p', {class: 'copies'}), this.#raw(event.event_type, json, properties));
    this.#items.set(eventId, item);
    this.#empty.hidden = true;
    this.#list.append(item);
    this.#forget();
    this.element.scrollTop = this.element.scrollHeight;
  }

  #name = id => this.#names.get(id) ?? `User ${id}`;

  #describe(event) {
    const who = event.sender_id ?? event.user_id ?? event.owner_id ?? event.user_ids?.[0];
    const all = () => event.user_ids.filter(id => id !== who).map(this.#name).join(', ') || 'nobody else';
    const texts = {
      group: () => `started “${event.name}” with ${all()}`,
      message: () => event.message_payload,
      attachment: () => `attached ${event.file_id.split('/').at(-1)} ${event.message_payload}`,
      edit: () => `changed a message: ${event.message_payload}`,
      read: () => 'has read everything',
      leave: () => 'left',
      join: () => 'joined',
    };
    return {who, text: texts[event.event_type]?.() ?? event.event_type};
  }

  // Keeps a message's text for edits of it; who wrote it may change it.
  #note(event, words) {
    if (event.event_type === 'edit') {
      const edited = this.#messages.get(event.message_id);
      if (edited) {
        setText(edited, `${event.message_payload} (edited)`);
        edited.message = event;
      }
    }
    if (event.event_type !== 'message') return [];
    words.message = event;
    this.#messages.set(event.message_id, words);
    if (event.sender_id !== this.#me.id) return [];
    const label = {class: 'small', 'aria-label': `Edit “${words.textContent}”`};
    return [' ', button('Edit', () => this.#edit(words.message), label)];
  }

  #raw(type, json, properties) {
    const {event_id: id} = properties.userProperties ?? {};
    const text = `${json}\n\nevent_id: ${id}\ncontent type: ${properties.contentType}\n`
      + `expires in: ${properties.messageExpiryInterval} s`;
    return element('details', {}, element('summary', {}, `${type} · ${clock(new Date())} · JSON`),
      element('pre', {}, text));
  }

  #forget() {
    if (this.#list.children.length > maxShown) this.#list.firstElementChild.remove();
    for (const map of [this.#items, this.#messages]) {
      if (map.size > 2 * maxShown) map.delete(map.keys().next().value);
    }
  }
}
