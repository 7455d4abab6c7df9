// Every route of the API description asks who is calling and what they may do; and the checked-in description is the
// served one. A new route is private unless it is named here.
import { readFileSync } from 'node:fs';
import { api, env } from './harness.mjs';

const PUBLIC = new Set([
  'GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /version',
  'GET /api/v1/meta', 'POST /api/v1/setup', 'POST /api/v1/session', 'GET /api/v1/session/link',
]);
// Collection has write keys and public pages have signed tokens: without one they answer 4xx, never data.
const TOKENS = [/ \/v1\//, / \/t\//, / \/p\//];
// These need a caller and no permission.
const ANY_CALLER = new Set(['GET /api/v1/me', 'PATCH /api/v1/me', 'DELETE /api/v1/session']);

const base = env('API_URL');
const served = await (await fetch(`${base}/api/openapi.json`)).text();
let passed = 0;
const failures = [];
const check = (ok, message) => {
  if (ok) passed += 1;
  else failures.push(message);
};

const committed = readFileSync(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8');
check(committed === served, 'docs/reference/openapi.json is not what the server serves: run make openapi');

const key = await api('POST', '/api/v1/keys', { name: 'may only look at the health', scopes: ['health.read'] });
const ids = { id: 'prf_1', profile_id: 'prf_1', channel: 'email', address: 'a%40b.nl', name: 'x', token: 'x', write_key: 'x' };
const document = JSON.parse(served);
// What is gone for ever takes the right to erase people: a key that may only change settings does none of it.
const FOR_EVER = new Set([
  'DELETE /api/v1/profiles/{id}', 'POST /api/v1/profiles/{id}/anonymise', 'DELETE /api/v1/companies/{id}',
  'POST /api/v1/retention/rules', 'PUT /api/v1/retention/rules/{id}', 'DELETE /api/v1/retention/rules/{id}',
  'POST /api/v1/retention/rules/{id}/enable', 'POST /api/v1/retention/rules/{id}/disable', 'POST /api/v1/retention/run',
]);
const settings = await api('POST', '/api/v1/keys', {
  name: 'may change settings', scopes: ['workspace.read', 'workspace.write', 'profile.read', 'profile.write'],
});
let forEver = 0;
for (const [path, methods] of Object.entries(document.paths)) {
  for (const method of Object.keys(methods).filter((name) => ['get', 'post', 'put', 'patch', 'delete'].includes(name))) {
    const route = `${method.toUpperCase()} ${path}`;
    if (PUBLIC.has(route)) continue;
    const url = base + path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? 'x');
    const ask = (headers) => fetch(url, {
      method: method.toUpperCase(), redirect: 'manual', headers: { 'content-type': 'application/json', ...headers },
      body: method === 'get' || method === 'delete' ? undefined : '{}',
    });
    const anonymous = await ask({});
    await anonymous.body?.cancel();
    if (TOKENS.some((pattern) => pattern.test(route))) {
      // The page behind a bad token may be a page that says so; it must not be a success that did something.
      check(anonymous.status < 500, `${route} without a token: ${anonymous.status}`);
      continue;
    }
    check(anonymous.status === 401, `${route} without credentials: ${anonymous.status}`);
    const forged = await ask({ authorization: 'Bearer tk_live_forged' });
    await forged.body?.cancel();
    check(forged.status === 401, `${route} with a forged key: ${forged.status}`);
    if (ANY_CALLER.has(route) || route === 'GET /api/v1/health') continue;
    const limited = await ask({ authorization: `Bearer ${key.key}` });
    await limited.body?.cancel();
    // Rights come first: a bad path or body is described only to those who may use the route.
    check(limited.status === 403, `${route} with an unrelated scope: ${limited.status}`);
    if (FOR_EVER.has(route)) {
      forEver += 1;
      const half = await ask({ authorization: `Bearer ${settings.key}` });
      const text = await half.text();
      check(half.status === 403 && text.includes('profile.erase'), `${route} without profile.erase: ${half.status} ${text}`);
    }
  }
}
check(forEver === FOR_EVER.size, `${FOR_EVER.size - forEver} routes that are for ever have another name now`);
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
