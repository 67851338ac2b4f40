'use strict';

const interval = 2000;
let before = null;

function row(cells) {
  const tr = document.createElement('tr');
  for (const cell of cells) {
    const td = document.createElement('td');
    const {text, kind} = typeof cell === 'object' ? cell : {text: cell};
    td.textContent = text;
    if (kind) td.className = kind;
    tr.append(td);
  }
  return tr;
}

function fill(id, rows) {
  document.getElementById(id).replaceChildren(...rows.map(row));
}

function say(text, kind) {
  const state = document.getElementById('state');
  state.textContent = text;
  state.className = kind;
}

function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

function rate(now, value, then) {
  if (!before || before.started_at !== now.started_at || now.now <= before.now) return '';
  return ((value - (then ?? 0)) / (now.now - before.now)).toFixed(1);
}

function share(value, limit) {
  return `${value.toLocaleString()} of ${limit.toLocaleString()}`;
}

function counts(now, key) {
  return Object.entries(now[key]).map(([name, value]) =>
    [name, rate(now, value, before?.[key]?.[name]), value.toLocaleString()]);
}

function calls(now) {
  const then = Object.fromEntries((before?.calls ?? []).map(call => [call.method, call.started]));
  return now.calls.map(call => [
    call.method, rate(now, call.started, then[call.method]), call.started.toLocaleString(),
    Object.entries(call.handled).map(([code, n]) => `${code} ${n.toLocaleString()}`).join(', ')]);
}

function show(now) {
  document.getElementById('version').textContent = now.version;
  const up = `up for ${span(now.now - now.started_at)}`;
  if (now.ready) say(`Ready, ${up}`, 'good'); else say(`Not ready, ${up}`, 'bad');
  fill('sessions', now.sessions.map(s => [
    s.broker || '–', s.connected ? {text: 'connected', kind: 'good'} : {text: 'waiting', kind: 'bad'},
    span(now.now - s.since), s.reason, s.client_id]));
  fill('load', [
    ['Pending publications',
      share(now.load.pending_publications, now.load.pending_publications_limit)],
    ['Pending bytes', share(now.load.pending_bytes, now.load.pending_bytes_limit)],
    ['In flight', now.load.in_flight_publications.toLocaleString()]]);
  fill('calls', calls(now));
  fill('publications', counts(now, 'publications'));
  fill('refused', counts(now, 'refused'));
  fill('settings', Object.entries(now.settings));
  before = now;
}

async function ask() {
  try {
    const answer = await fetch('status.json', {cache: 'no-store', signal: AbortSignal.timeout(5000)});
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.json());
  } catch (error) {
    say(`No answer: ${error.message}`, 'bad');
  }
  setTimeout(ask, interval);
}

ask();
