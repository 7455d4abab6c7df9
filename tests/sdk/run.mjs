#!/usr/bin/env node
// Real SDKs deliver to a running Tutti, unmodified, through a proxy that makes the network bad: the first request of
// each is refused (429, Retry-After), the second is delivered and then answered 503, so that the SDK sends it again.
// Every event must be there exactly once.
//
//   node run.mjs --api http://127.0.0.1:8080 --write-key wk_… --api-key tk_live_… [--python PATH] [--only NAME]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { analyticsNextPage, deliverInBrowser, tuttiPage } from './browser.mjs';
import { startProxy } from './proxy.mjs';
import { deliverRudder, deliverSegmentNode } from './node.mjs';

const EVENTS = 40;
const ARRIVAL_MS_MAX = 30_000;

const { values: args } = parseArgs({
  options: {
    api: { type: 'string' }, 'write-key': { type: 'string' }, 'api-key': { type: 'string' },
    python: { type: 'string', default: process.env.TUTTI_TEST_VENV ? `${process.env.TUTTI_TEST_VENV}/bin/python` : 'python3' },
    chromium: { type: 'string', default: '/usr/bin/chromium' }, only: { type: 'string' },
  },
});
for (const name of ['api', 'write-key', 'api-key']) {
  if (!args[name]) {
    console.error(`--${name} is missing; see the head of run.mjs`);
    process.exit(2);
  }
}
const api = args.api.replace(/\/+$/, '');
const writeKey = args['write-key'];

const deliverPython = (file) => ({ host, event, user }) =>
  new Promise((resolve, reject) => {
    const script = new URL(file, import.meta.url).pathname;
    const child = spawn(args.python, [script, host, writeKey, event, user, String(EVENTS)], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`python ended with ${code}`))));
  });

async function inChromium(run) {
  const browser = await chromium.launch({
    executablePath: args.chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    await run(browser);
  } finally {
    await browser.close();
  }
}

const sdks = {
  'segment node': { deliver: (what) => deliverSegmentNode({ ...what, writeKey, count: EVENTS }) },
  'rudderstack node': { deliver: (what) => deliverRudder({ ...what, writeKey, count: EVENTS }) },
  'segment python': { deliver: deliverPython('deliver.py') },
  'cloudevents python': { deliver: deliverPython('cloudevents_sdk.py') },
  'segment browser': { browser: true, deliver: (what) => inChromium((browser) => deliverInBrowser(browser, analyticsNextPage({ ...what, writeKey, count: EVENTS }))) },
  'tutti browser': { browser: true, deliver: (what) => inChromium((browser) => deliverInBrowser(browser, tuttiPage({ ...what, api, writeKey, count: EVENTS }))) },
};

async function get(path) {
  const response = await fetch(api + path, { headers: { authorization: `Bearer ${args['api-key']}` } });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** The events of one SDK's run, once all are there (and a moment longer, for doubles). */
async function arrived(event) {
  const path = `/api/v1/events?limit=500&name=${encodeURIComponent(event)}`;
  const end = Date.now() + ARRIVAL_MS_MAX;
  for (;;) {
    const { items } = await get(path);
    if (items.length >= EVENTS) {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return (await get(path)).items;
    }
    if (Date.now() > end) return items;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function problems(items, { event, user, since }) {
  const found = [];
  const expect = (truth, text) => truth || found.push(text);
  const numbers = items.map((item) => item.properties.number).sort((one, other) => one - other);
  expect(items.length === EVENTS, `${items.length} events arrived, ${EVENTS} were sent`);
  expect(numbers.every((number, index) => number === index), `numbers ${numbers.join(' ')}`);
  expect(new Set(items.map((item) => item.message_id)).size === items.length, 'a messageId twice');
  expect(items.every((item) => item.kind === 'track' && item.name === event), 'wrong kind or name');
  expect(new Set(items.map((item) => item.profile.id)).size === 1, 'events of more than one profile');
  expect(items.every((item) => item.properties.nested?.text === 'Ljouwert — Fryslân 🎿'), 'text came back changed');
  const skew = items.map((item) => Math.max(since - Date.parse(item.at), Date.parse(item.at) - Date.now()));
  expect(Math.max(...skew) < 5_000, `times are off by up to ${Math.max(...skew)} ms`);
  return found.map((text) => `${user}: ${text}`);
}

let passed = 0;
let failed = 0;
const run = randomUUID().slice(0, 8);
for (const [name, sdk] of Object.entries(sdks)) {
  if (args.only && args.only !== name) continue;
  const proxy = await startProxy(api);
  const event = `SDK ${name} ${run}`;
  const user = `sdk-${name.replace(/\W/g, '-')}-${run}`;
  const since = Date.now();
  let trouble;
  try {
    await sdk.deliver({ host: proxy.url, event, user });
    trouble = problems(await arrived(event), { event, user, since });
    if (proxy.delivered < 2 || proxy.refused < 1 || proxy.broken < 1) trouble.push(`the proxy saw too little: ${JSON.stringify(proxy.counts)}`);
  } catch (error) {
    trouble = [String(error?.stack ?? error)];
  } finally {
    await proxy.close();
  }
  if (trouble.length) failed += 1;
  else passed += 1;
  console.log(`${trouble.length ? 'FAIL' : 'ok  '} ${name}: ${EVENTS} events, ${JSON.stringify(proxy.counts)}`);
  for (const text of trouble) console.log(`     ${text}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
