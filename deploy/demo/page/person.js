// A person's pane: what they do, and what arrives at their device.

import {ask} from './backend.js';
import {Device} from './device.js';
import {button, element, setText} from './dom.js';
import {EventList} from './event_list.js';

export class Person {
  #editing = null;  // The ID of the message that is being changed.

  // `counted` is told of each event that arrives and returns which copy it is; `changed` of the connection.
  constructor(person, url, names, {counted, changed}) {
    this.id = person.id;
    this.name = person.name;
    this.#makeParts();
    this.#list = new EventList(person, names, message => this.#edit(message));
    this.element = element('article', {class: 'person', 'aria-labelledby': `person-${person.id}`},
      this.#head(person), this.#list.element, this.#composer, this.#actions());
    this.device = new Device(person, url, {
      changed: () => {
        this.#showConnection();
        changed(this);
      },
      arrived: (json, properties) => this.#list.add(json, properties, counted(this, properties.userProperties?.event_id)),
    });
    this.#join.disabled = true;
    this.device.subscribed.then(() => {
      this.#join.disabled = false;
    });
  }

  #list;
  #connection;
  #drop;
  #refuse;
  #composer;
  #input;
  #save;
  #cancel;
  #memberOnly;
  #join;
  #file;

  #does = (action, body) => ask(`people/${this.id}/${action}`, body);

  #makeParts() {
    this.#connection = element('span', {class: 'state'}, 'connecting');
    this.#drop = button('Drop connection', () => this.#toggleConnection());
    this.#refuse = button('Refuse topic', () => this.#does(`topic/${this.#refused ? 'allow' : 'refuse'}`));
    this.#input = element('input', {type: 'text', id: `text-${this.id}`, autocomplete: 'off', placeholder: 'Message'});
    this.#save = element('button', {type: 'submit'}, 'Send');
    this.#cancel = button('Cancel', () => this.#edit(null), {hidden: ''});
    this.#file = element('input', {type: 'file', hidden: ''});
    this.#composer = element('form', {class: 'composer'},
      element('label', {for: this.#input.id, class: 'hidden'}, `Message from ${this.name}`),
      this.#input, this.#save, this.#cancel);
    this.#composer.addEventListener('submit', event => {
      event.preventDefault();
      this.#send();
    });
    this.#file.addEventListener('change', () => this.#attach());
  }

  #refused = false;

  #head(person) {
    return element('header', {},
      element('div', {}, element('h3', {id: `person-${person.id}`}, person.name), this.#connection),
      element('p', {class: 'soft'}, element('code', {}, person.topic)),
      element('div', {class: 'buttons', role: 'group', 'aria-label': `Break ${person.name}’s device`},
        this.#drop, this.#refuse));
  }

  #actions() {
    this.#memberOnly = [
      button('Attach…', () => this.#file.click()),
      button('Mark read', () => this.#does('read')),
      button('Leave', () => this.#does('leave')),
    ];
    this.#join = button('Join', () => this.#does('join'));
    return element('div', {class: 'buttons', role: 'group', 'aria-label': `What ${this.name} does`},
      ...this.#memberOnly, this.#join, button('New group', () => this.#does('group')), this.#file);
  }

  // What the backend knows: whether the topic is refused, and the conversation.
  show(person, group) {
    this.#refused = person.refused;
    setText(this.#refuse, person.refused ? 'Allow topic' : 'Refuse topic');
    const isMember = group?.members.includes(this.id) ?? false;
    this.#composer.hidden = !isMember;
    for (const one of this.#memberOnly) one.hidden = !isMember;
    this.#join.hidden = group === null || isMember;
    this.#list.showEmpty(group === null ? 'New group starts one with everybody.' : 'Nothing has arrived yet.');
    this.#showConnection();
  }

  #showConnection() {
    const {connected, dropped} = this.device ?? {};
    const state = connected ? 'connected' : dropped ? 'dropped' : 'connecting';
    setText(this.#connection, `${state}${this.#refused ? ', topic refused' : ''}`);
    this.#connection.dataset.state = connected && !this.#refused ? 'good' : 'bad';
    setText(this.#drop, dropped ? 'Reconnect' : 'Drop connection');
  }

  #toggleConnection() {
    if (this.device.dropped) this.device.reconnect();
    else this.device.drop();
    this.#showConnection();
  }

  async #send() {
    const text = this.#input.value;
    const done = this.#editing === null ? this.#does('message', {text})
      : this.#does('edit', {text, message_id: this.#editing});
    if (await done) this.#edit(null);
  }

  // Only the file's name is used: a chat backend stores the file elsewhere and publishes its ID.
  async #attach() {
    const [file] = this.#file.files;
    if (file && await this.#does('attachment', {file: file.name, text: this.#input.value})) {
      this.#edit(null);
    }
    this.#file.value = '';
  }

  #edit(message) {
    this.#editing = message?.message_id ?? null;
    this.#input.value = message?.message_payload ?? '';
    setText(this.#save, message === null ? 'Send' : 'Save');
    this.#cancel.hidden = message === null;
    this.#input.focus();
  }
}
