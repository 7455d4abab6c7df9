// The API reference at /api/docs: open without signing in, readable, clean for axe, and a request sent from it works.
import { accessible, env, eventually, expect, openBrowser, picture, story, watchProblems } from './harness.mjs';

const { step, end } = story();
const base = env('API_URL');
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, colorScheme: 'light' });
const page = await context.newPage();
const problems = watchProblems(page);
page.on('console', (message) => {
  if (message.text().includes('Content Security Policy')) problems.push(message.text());
});
page.on('request', (request) => {
  if (new URL(request.url()).origin !== new URL(base).origin) problems.push(`asked ${request.url()}`);
});
const main = page.getByRole('main');
const routes = page.getByRole('navigation', { name: 'Routes' });

await step('it opens without signing in and names every route of the description', async () => {
  await page.goto(`${base}/api/docs`);
  await main.getByRole('heading', { level: 1, name: 'API reference' }).waitFor();
  const { paths } = await (await fetch(`${base}/api/openapi.json`)).json();
  const described = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
  const shown = await routes.getByRole('link').count();
  expect(shown === described, `${shown} routes shown, ${described} described`);
  await accessible(page, 'the introduction');
});

await step('a route is found by searching and shows what goes in and what comes out', async () => {
  await routes.getByRole('searchbox').fill('segments count');
  await routes.getByRole('link', { name: /POST.*\/api\/v1\/segments\/count/ }).click();
  await main.getByText('/api/v1/segments/count', { exact: true }).first().waitFor();
  await main.getByRole('table', { name: 'Body', exact: true }).getByText('condition', { exact: true }).waitFor();
  await main.getByRole('table', { name: 'Answer 200' }).getByText('count', { exact: true }).waitFor();
  await main.getByRole('region', { name: 'As a command' }).getByText(/--request POST .*\/api\/v1\/segments\/count/).waitFor();
  await picture(page, 'api-docs');
  await accessible(page, 'a route');
});

await step('a request is refused without a key and answered with one', async () => {
  const body = { condition: { version: 1, all: [] } };
  await main.getByRole('textbox', { name: 'Body' }).fill(JSON.stringify(body));
  await main.getByRole('button', { name: 'Send' }).click();
  await main.getByRole('status').getByText(/^401/).waitFor();
  await main.getByLabel('API key', { exact: true }).fill(env('API_KEY'));
  await main.getByRole('button', { name: 'Send' }).click();
  await main.getByRole('status').getByText(/^200/).waitFor();
  const answer = main.getByRole('region', { name: 'What came back' });
  const { count, total } = JSON.parse(await answer.innerText());
  expect(count > 0 && count === total, `${count} of ${total}`);
  expect(!(await main.getByRole('region', { name: 'As a command' }).innerText()).includes(env('API_KEY')), 'the command holds the key');
  await accessible(page, 'an answer');
});

await step('the key is kept in the page and nowhere else', async () => {
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  expect(!kept.includes(env('API_KEY')), kept);
});

await step('every route draws', async () => {
  await routes.getByRole('searchbox').fill('');
  await eventually('all routes are back', async () => (await routes.getByRole('link').count()) > 50);
  for (const link of await routes.getByRole('link').all()) {
    await link.click();
    const [, path] = new URL(await link.getAttribute('href'), base).searchParams.get('route').split(' ');
    await main.getByText(path, { exact: true }).first().waitFor();
  }
});

await step('nothing failed, nothing from elsewhere was asked for, the policy was kept', async () => {
  expect(problems.length === 0, problems.slice(0, 10).join('\n'));
});

await browser.close();
end();
