// The IDs of the last events, to drop the copies that at-least-once delivery may bring.
export class Seen {
  #ids;
  #capacity;

  constructor(ids = [], capacity = 10_000) {
    this.#ids = new Set(ids);
    this.#capacity = capacity;
  }

  // Whether that event comes for the first time. Remembers it. One without an ID is always new.
  isNew(eventId) {
    if (eventId === undefined) return true;
    if (this.#ids.has(eventId)) return false;
    this.#ids.add(eventId);
    if (this.#ids.size > this.#capacity) this.#ids.delete(this.#ids.values().next().value);
    return true;
  }

  toJSON() {
    return [...this.#ids];
  }
}
