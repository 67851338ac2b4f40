'use strict';

const interval = 2000;
// How far back the server's history goes, and the rates, in seconds.
const historySpan = 300;
const rateSpan = 60;
// After so many seconds without an answer the connection counts as lost.
const patience = 5;
const changesShown = 8;
// Answers of the last minute, the oldest first.
let answers = [];
// By this clock, in milliseconds; the server's is another.
let answeredAt = null;

const count = value => value.toLocaleString();
const number = value => value.toLocaleString(undefined, {maximumSignificantDigits: 3});

// `scale` is a value of the same chart that decides on the unit.
function duration(seconds, scale = seconds) {
  if (seconds === 0) return '0';
  if (scale < 1e-3) return `${number(seconds * 1e6)} µs`;
  return scale < 1 ? `${number(seconds * 1e3)} ms` : `${number(seconds)} s`;
}

const flows = name => [{name, kind: ''}, {name: 'failed', kind: 'failed'}];
const times = [{name: 'p99', kind: ''}, {name: 'median', kind: 'second'}];
const charts = [
  {chart: new Chart('Calls per second', number, flows('answered OK'), historySpan),
    columns: ['succeeded_calls_per_second', 'failed_calls_per_second']},
  {chart: new Chart('Publications per second', number, flows('acknowledged'), historySpan),
    columns: ['acknowledged_publications_per_second', 'failed_publications_per_second']},
  {chart: new Chart('Duration of unary calls', duration, times, historySpan),
    columns: ['call_seconds_p99', 'call_seconds_p50']},
  {chart: new Chart('From PUBLISH to PUBACK', duration, times, historySpan),
    columns: ['puback_seconds_p99', 'puback_seconds_p50']}];
document.getElementById('charts').append(...charts.map(({chart}) => chart.element));

// How fast what `read` finds in an answer grows; none as long as there is only one answer.
function growth(read) {
  const [first, last] = [answers[0], answers.at(-1)];
  if (first === last) return null;
  return ((read(last) ?? 0) - (read(first) ?? 0)) / (last.now - first.now);
}

const rate = read => {
  const value = growth(read);
  return value === null ? '–' : number(value);
};

const named = (list, key, name) => list.find(each => each[key] === name);
const failures = call => call && Object.entries(call.handled)
  .reduce((sum, [code, n]) => code === 'OK' ? sum : sum + n, 0);
const right = title => ({title, kind: 'number'});

const verdicts = {
  good: 'All is well', degraded: 'Degraded', down: 'Down'};

function showBanner(now) {
  const {verdict, problems} = now.health;
  document.getElementById('banner').dataset.verdict = verdict;
  const marks = {good: '✓', degraded: '▲', down: '✕'};
  setText(document.getElementById('verdict'), `${marks[verdict]} ${verdicts[verdict]}`);
  document.title = `${verdicts[verdict]} · dino-bridge ${now.replica}`;
  const there = now.brokers.filter(broker => broker.state !== 'gone').length;
  const brokers = {1: 'The broker is', 2: 'Both brokers are'}[there] ?? `All ${there} brokers are`;
  const ready = now.ready ? 'Ready: calls are taken.' : 'Not ready: no calls are sent here.';
  setText(document.getElementById('summary'), verdict === 'good'
    ? `${ready} ${brokers} connected.` : ready);
  fillProblems(problems, now.now);
}

function showBrokers(now) {
  const kinds = {connected: 'good', 'partly connected': 'degraded', gone: 'soft'};
  const seconds = Math.max(1, Math.min(rateSpan, now.now - now.started_at));
  fillTable('brokers', [
    {title: 'Broker', kind: 'name'}, {title: 'State'}, {title: 'Its users'}, right('Sessions'),
    right('Acknowledged /s'), right('Refused /s'), right('To PUBACK'), {title: 'Sessions lost'},
    {title: 'Last error', kind: 'text'},
  ], now.brokers.map(broker => {
    const {acknowledged, refused, puback_seconds: puback} = broker.last_minute;
    const part = share => share >= broker.home_share ? 'all' : percent(share);
    const elsewhere = [[broker.moved_share, 'served by others'], [broker.waiting_share, 'waiting']]
      .filter(([share]) => share > 0).map(([share, what]) => `\n${part(share)} ${what}`);
    const losses = Object.entries(broker.losses).filter(([, n]) => n > 0).map(([reason, n]) => `${count(n)} ${reason}`);
    return [
      broker.name,
      {text: `${broker.state}\nfor ${span(now.now - broker.since)}`, kind: kinds[broker.state] ?? 'down'},
      percent(broker.home_share) + elsewhere.join(''),
      `${broker.connected} of ${broker.sessions}`, number(acknowledged / seconds),
      {text: number(refused / seconds), kind: refused > 0 ? 'down' : ''},
      puback === null ? '–' : duration(puback), losses.join(', ') || 'none',
      broker.last_error ? `${broker.last_error}\nat ${clock(broker.last_error_at, now.now)}` : 'none'];
  }));
}

function showCalls(now) {
  fillTable('calls', [
    {title: 'Method'}, right('Per second'), right('Failed per second'), right('p99, last minute'),
    right('Started'), {title: 'Answered, by code'}],
  now.calls.map(call => {
    const of = answer => named(answer.calls, 'method', call.method);
    const failing = growth(answer => failures(of(answer)));
    return [
      call.method, rate(answer => of(answer)?.started),
      {text: rate(answer => failures(of(answer))), kind: failing > 0 ? 'down' : ''},
      call.last_minute_seconds_p99 === null ? '–' : duration(call.last_minute_seconds_p99),
      count(call.started),
      Object.entries(call.handled).map(([code, n]) => `${code} ${count(n)}`).join(', ')];
  }), 'Nobody has called yet.');
}

function showPublications(now) {
  const row = (key, text, kind) => [
    {text, kind}, {text: rate(answer => answer.publications[key]), kind}, count(now.publications[key])];
  fillTable('publications', [{title: 'Outcome'}, right('Per second'), right('Since the start')], [
    row('acknowledged', 'Acknowledged'), row('no_subscriber', 'of these, nobody had subscribed', 'inset'),
    row('failed', 'Failed'), row('rejected', 'refused by a broker', 'inset'),
    row('not_sent', 'not sent', 'inset'), row('unknown', 'sent, and no answer', 'inset')]);
}

function showRefusals(now) {
  const top = Object.entries(now.refused).filter(([, n]) => n > 0)
    .map(([reason, n]) => [reason, n, growth(answer => answer.refused[reason]) ?? 0])
    .sort((a, b) => b[2] - a[2] || b[1] - a[1]);
  fillTable('refused', [{title: 'Reason'}, right('Per second'), right('Since the start')],
    top.map(([reason, n]) => [reason, rate(answer => answer.refused[reason]), count(n)]), 'None.');
}

function showCallers(now) {
  fillTable('callers', [
    {title: 'Name'}, right('Events /s'), right('Recipients /s'), right('Events'), right('Over quota')],
  now.callers.map(caller => {
    const of = answer => named(answer.callers, 'name', caller.name);
    return [caller.name, rate(answer => of(answer)?.events), rate(answer => of(answer)?.recipients),
      count(caller.events), {text: count(caller.refused_events), kind: caller.refused_events > 0 ? 'degraded' : ''}];
  }), 'There is no key file that names them.');
}

function showLoad(now) {
  const {load} = now;
  const row = (name, value, limit) => [name, count(value), count(limit), percent(value / limit)];
  fillTable('load', [{title: 'What'}, right('Now'), right('Limit'), right('Used')], [
    row('Publications', load.pending_publications, load.pending_publications_limit),
    row('Bytes', load.pending_bytes, load.pending_bytes_limit),
    ['In flight to brokers', count(load.in_flight_publications), '', '']]);
}

function showDetails(now) {
  const nothing = {at: now.started_at, verdict: 'good', text: 'This replica started; nothing has changed since.'};
  const changes = now.changes.length > 0 ? now.changes.slice(0, changesShown) : [nothing];
  fillChanges('changes', changes, now.now);
  fillChanges('older-changes', now.changes.slice(changesShown), now.now);
  document.getElementById('older').hidden = now.changes.length <= changesShown;
  fillTable('sessions', [{title: 'Client ID'}, {title: 'Broker'}, {title: 'State'}, {title: 'Since'}, {title: 'Reason', kind: 'text'}],
    now.sessions.map(session => [
      session.client_id, session.broker,
      session.connected ? {text: 'connected', kind: 'good'} : {text: 'waiting', kind: 'down'},
      clock(session.since, now.now), session.reason]));
  const settings = Object.entries(now.settings);
  const changed = settings.filter(([, setting]) => setting.value !== setting.default);
  setText(document.getElementById('settings-count'),
    `${changed.length} of ${settings.length} differ from their defaults`);
  fillTable('settings', [{title: 'Name', kind: 'name'}, {title: 'In force', kind: 'text'}, {title: 'Default', kind: 'text'}],
    changed.map(([name, setting]) => [name, setting.value, setting.default || '(empty)']), 'None differs.');
}

function show(now) {
  // After a restart everything counts from 0 again.
  answers = answers.filter(({started_at: start, now: at}) =>
    start === now.started_at && at < now.now && at >= now.now - rateSpan);
  answers.push(now);
  document.body.classList.remove('stale');
  setText(document.getElementById('replica'), now.replica);
  setText(document.getElementById('about'), `version ${now.version}, up for ${span(now.now - now.started_at)}`);
  showBanner(now);
  showBrokers(now);
  for (const {chart, columns} of charts) {
    chart.show(now.history.ended_at, columns.map(column => now.history[column]), now.now);
  }
  showCalls(now);
  showPublications(now);
  showRefusals(now);
  showCallers(now);
  showLoad(now);
  showDetails(now);
}

// Nobody answers: what is on the page was true once.
function showLoss() {
  const seconds = answeredAt === null ? patience : (Date.now() - answeredAt) / 1000;
  if (seconds < patience) return;
  document.body.classList.add('stale');
  const since = answeredAt === null ? '' : ` since ${clock(answeredAt / 1000, Date.now() / 1000)}`;
  setText(document.getElementById('verdict'), `Connection lost${since}`);
  setText(document.getElementById('summary'), answeredAt === null
    ? 'This replica does not answer.'
    : `This replica has not answered for ${span(seconds)}. Everything below is as of then.`);
  document.title = 'Connection lost · dino-bridge';
}

async function ask() {
  try {
    const answer = await fetch('status.json', {cache: 'no-store', signal: AbortSignal.timeout(1000 * patience)});
    if (!answer.ok) throw new Error(answer.statusText);
    const now = await answer.json();
    answeredAt = Date.now();
    show(now);
  } catch {
    showLoss();
  }
  setTimeout(ask, interval);
}

ask();
