// Keeps account of what was sent and what arrived, and finds what is lost or doubled.

// An event that a connected device does not get within so many milliseconds counts as lost.
const patience = 5000;

export class Ledger {
  #calls = new Map();  // By their sequence.
  #people = new Map();  // By their IDs.

  // A person whose device has yet to subscribe: no call counts.
  add(id) {
    this.#people.set(id, {seq: Infinity, connectedAt: null, arrivals: new Map()});
  }

  // The device has subscribed: calls after `seq` count.
  subscribed(id, seq) {
    this.#people.get(id).seq = seq;
  }

  connected(id, isConnected, now) {
    const person = this.#people.get(id);
    if (isConnected !== (person.connectedAt !== null)) person.connectedAt = isConnected ? now : null;
  }

  called(call, now) {
    const answeredAt = this.#calls.get(call.seq)?.answeredAt ?? (call.ok ? now : null);
    this.#calls.set(call.seq, {...call, answeredAt});
  }

  // Counts a copy of an event, and returns which it is: 1 for the first.
  arrived(id, eventId, now) {
    const {arrivals} = this.#people.get(id);
    const arrival = arrivals.get(eventId) ?? {copies: 0, at: now};
    arrivals.set(eventId, arrival);
    return ++arrival.copies;
  }

  // When an event first arrived at a person; undefined if it has not.
  arrivalOf(id, eventId) {
    return this.#people.get(id)?.arrivals.get(eventId)?.at;
  }

  // Where a person stands. `answered` = `complete` + `waiting` + `lost`.
  rowOf(id, now) {
    const {seq, arrivals, connectedAt} = this.#people.get(id);
    const row = {
      sent: 0, answered: 0, complete: 0, waiting: 0, lost: 0, unanswered: arrivals.size, copies: 0, away: connectedAt === null};
    for (const call of this.#calls.values()) {
      const isAnswered = call.answeredAt !== null;
      const hasArrived = arrivals.has(call.event_id);
      // Of a call from before the device subscribed, too: its event may have been on its way.
      if (isAnswered && hasArrived) row.unanswered -= 1;
      if (call.seq <= seq || !call.recipients.includes(id)) continue;
      row.sent += 1;
      if (!isAnswered) continue;
      row.answered += 1;
      if (hasArrived) row.complete += 1;
      else if (row.away || now - Math.max(connectedAt, call.answeredAt) <= patience) row.waiting += 1;
      else row.lost += 1;
    }
    for (const {copies} of arrivals.values()) row.copies += copies - 1;
    return row;
  }
}
