'use strict';

const interval = 2000;
// How far back the server's history goes, in seconds.
const historySpan = 300;
let before = null;

const perSecond = value => value.toLocaleString(undefined, {maximumFractionDigits: value < 10 ? 1 : 0});

function duration(seconds) {
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(0)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return `${seconds.toPrecision(3)} s`;
}

const done = name => ({name, kind: 'line', write: perSecond});
const failed = name => ({name, kind: 'line bad', write: perSecond});
const times = [
  {name: 'p99', kind: 'line', write: duration}, {name: 'p50', kind: 'line faint', write: duration}];
const charts = [
  {chart: new Chart('Calls per second', [done('answered'), failed('failed')]),
    columns: ['succeeded_calls_per_second', 'failed_calls_per_second']},
  {chart: new Chart('Publications per second', [done('acknowledged'), failed('failed')]),
    columns: ['acknowledged_publications_per_second', 'failed_publications_per_second']},
  {chart: new Chart('Call duration', times), columns: ['call_seconds_p99', 'call_seconds_p50']},
  {chart: new Chart('Time to the broker’s PUBACK', times),
    columns: ['puback_seconds_p99', 'puback_seconds_p50']}];
document.getElementById('charts').append(...charts.map(({chart}) => chart.element));

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

function callers(now) {
  const then = Object.fromEntries((before?.callers ?? []).map(caller => [caller.name, caller.events]));
  return now.callers.map(caller => [
    caller.name, rate(now, caller.events, then[caller.name]),
    ...[caller.events, caller.recipients, caller.refused_events].map(n => n.toLocaleString())]);
}

function show(now) {
  document.getElementById('version').textContent = now.version;
  const up = `up for ${span(now.now - now.started_at)}`;
  if (now.ready) say(`Ready, ${up}`, 'good'); else say(`Not ready, ${up}`, 'bad');
  fill('sessions', now.sessions.map(s => [
    s.broker || '–', s.connected ? {text: 'connected', kind: 'good'} : {text: 'waiting', kind: 'bad'},
    span(now.now - s.since), s.reason, s.client_id]));
  for (const {chart, columns} of charts) {
    chart.show(now.history.ended_at, columns.map(column => now.history[column]), now.now, historySpan);
  }
  fill('load', [
    ['Pending publications',
      share(now.load.pending_publications, now.load.pending_publications_limit)],
    ['Pending bytes', share(now.load.pending_bytes, now.load.pending_bytes_limit)],
    ['In flight', now.load.in_flight_publications.toLocaleString()]]);
  fill('calls', calls(now));
  fill('publications', counts(now, 'publications'));
  fill('refused', counts(now, 'refused'));
  document.getElementById('callers-part').hidden = now.callers.length === 0;
  fill('callers', callers(now));
  fill('settings', Object.entries(now.settings));
  before = now;
}

async function ask() {
  try {
    const answer = await fetch('status.json', {cache: 'no-store', signal: AbortSignal.timeout(5000)});
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.json());
  } catch (error) {
    say(`No response: ${error.message}`, 'bad');
  }
  setTimeout(ask, interval);
}

ask();
