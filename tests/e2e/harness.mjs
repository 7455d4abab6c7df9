// Chromium, axe, steps with names and waiting; what the stories share.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Long enough for fades to have begun; `settled` then waits for their end. */
const BEGINS_MS = 150;

export const env = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run scripts/test-e2e`);
  return value;
};

export const expect = (ok, message) => {
  if (!ok) throw new Error(message);
};

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
}

/**
 * Named checks, one after the other: each says ok or FAIL, `end` says how many and ends the process. In a `chained`
 * story each step stands where the one before has left the page: after a failure the rest is not tried and counts as failed, but for
 * what is to be checked `whatever` happened.
 */
export function story({ chained = false, failed: onFailure = async () => {} } = {}) {
  let passed = 0;
  let failed = 0;
  return {
    async step(name, work, { whatever = false } = {}) {
      if (chained && failed > 0 && !whatever) {
        failed += 1;
        console.log(`FAIL ${name}\n     not tried after the failure above`);
        return;
      }
      try {
        await work();
        passed += 1;
        console.log(`ok   ${name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL ${name}\n     ${String(error.message ?? error).split('\n').slice(0, 12).join('\n     ')}`);
        await onFailure();
      }
    },
    end() {
      console.log(`${passed} passed, ${failed} failed`);
      process.exit(failed === 0 ? 0 : 1);
    },
  };
}

/** Errors of the page's scripts and answers that are server errors, as they happen. */
export function watchProblems(page) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) problems.push(`${response.status()} ${response.url()}`);
  });
  return problems;
}

/** Keeps a picture of the page when SCREENSHOTS names a folder. */
export async function picture(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Serious and critical findings of axe on the page as it stands. The page's own policy forbids scripts from outside, so axe comes in through the debugger. */
export async function axeFindings(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  return found.violations
    .filter((violation) => ['serious', 'critical'].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.help} (${violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join('; ')})`);
}

/** Colours fade from one scheme to the other and dialogs slide in: axe must look after that. */
async function settled(page) {
  await page.waitForTimeout(BEGINS_MS);
  await page.evaluate(() => Promise.allSettled(
    document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished),
  ));
}

/** Fails when axe finds something serious in light or in dark. */
export async function accessible(page, where) {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await settled(page);
    const findings = await axeFindings(page);
    expect(findings.length === 0, `${where} (${scheme}): ${findings.join('\n')}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** A client of the API with the demo's key. */
export async function api(method, path, body) {
  const response = await fetch(env('API_URL') + path, {
    method,
    headers: { authorization: `Bearer ${env('API_KEY')}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Sends to the collection API as a website does. */
export async function collect(path, body) {
  const response = await fetch(`${env('API_URL')}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ writeKey: env('WRITE_KEY'), ...body }),
  });
  expect(response.ok, `/v1/${path}: ${response.status} ${await response.text()}`);
}

/** Asks until `check` answers something true; fails with `what` after `seconds`. */
export async function eventually(what, check, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** A telephone held upright: nothing may be wider. */
const NARROW = { width: 360, height: 780 };

/**
 * Looks at screens on the way. What axe and `watchProblems` find is told at the end by `conclude`, so that one finding
 * does not hide the rest of the story.
 */
export function lookout(page) {
  const problems = watchProblems(page);
  const found = [];
  const looked = [];
  const look = async (where, on = page) => {
    looked.push(where);
    await accessible(on, where).catch((error) => found.push(error.message));
  };
  return {
    accessible: look,
    /** Neither the page nor what lies over it is wider than a telephone's screen. */
    async fits(where) {
      const before = page.viewportSize();
      await page.setViewportSize(NARROW);
      await page.waitForTimeout(BEGINS_MS);
      // The menu slides away, and takes longer for it on a busy machine.
      await settled(page);
      const wide = await page.evaluate(() => [
        document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ...[...document.querySelectorAll('[role="dialog"]')].map((one) => one.scrollWidth - one.clientWidth),
      ]);
      expect(wide.every((more) => more <= 0), `${where}: ${wide} px too wide at ${NARROW.width}`);
      await picture(page, `${where.replaceAll(' ', '-')}-narrow`);
      await look(`${where}, narrow`);
      await page.setViewportSize(before);
    },
    async conclude(step) {
      await step('axe finds nothing serious on any screen, in light and dark', async () => {
        console.log(`     looked at ${looked.length}: ${looked.join(', ')}`);
        expect(found.length === 0, found.join('\n'));
      }, { whatever: true });
      await step('no page failed and no answer was a server error', async () => {
        expect(problems.length === 0, problems.slice(0, 10).join('\n'));
      }, { whatever: true });
    },
  };
}

/** How long a person waits for something to show. */
const PATIENCE_MS = 20_000;
const WIDE = { width: 1360, height: 900 };

/**
 * What a story in one page begins with: a browser with a wide screen (`more`: other options of the browser's context),
 * the steps, what looks at screens on the way, and how a person finds things: by role and name.
 */
export async function stage(more = {}) {
  const { step, end } = story({ chained: true, failed: () => picture(page, 'failed') });
  const browser = await openBrowser();
  const context = await browser.newContext({ viewport: WIDE, colorScheme: 'light', locale: 'en-GB', ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const { accessible, conclude, fits } = lookout(page);
  const main = page.getByRole('main');
  return {
    base: env('API_URL'), browser, context, page, main, step, accessible, fits,
    button: (name, within = main) => within.getByRole('button', { name, exact: true }),
    box: (name, within = main) => within.getByRole('textbox', { name, exact: true }),
    dialog: (name) => page.getByRole('dialog', { name }),
    tab: (name) => main.getByRole('tab', { name, exact: true }),
    table: (name) => main.getByRole('table', { name, exact: true }),
    rowOf: (list, text) => main.getByRole('table', { name: list, exact: true }).getByRole('row').filter({ hasText: text }),
    title: (name) => main.getByRole('heading', { level: 1, name, exact: true }).waitFor(),
    toast: (text) => page.getByText(text, { exact: false }).first().waitFor(),
    /** For a step of its own. */
    async signIn() {
      await page.goto(env('SIGN_IN_URL'));
      await page.locator('main h1').first().waitFor();
    },
    /** Says what was found on the way and ends the process. */
    async finish() {
      await conclude(step);
      await browser.close();
      end();
    },
  };
}
