// Companies: unknown at first, named by a website, made by hand, found, changed, joined and left, on the customer's page,
// imported, deleted. In Chromium; the API makes the customers and confirms what the screen says.
import { api, collect, eventually, expect, picture, stage } from './harness.mjs';

const RUN = Date.now().toString(36);

const { base, page, main, step, accessible, fits, button, dialog, table, rowOf, title, signIn, finish } = await stage();

const box = (name, within = main) => within.getByRole('textbox', { name });

const ACME = { group: `acme-${RUN}`, name: `Acme ${RUN}`, domain: `acme-${RUN}.example` };
const MADE = `Bakkerij ${RUN}`;
const PEOPLE = ['Anna', 'Bram', 'Carla'].map((name) => ({
  user: `cmp-${name.toLowerCase()}-${RUN}`, name: `${name} ${RUN}`, email: `${name.toLowerCase()}-${RUN}@mail.example`,
}));

const send = (call) => collect(call.type, call);

async function companyOf(group) {
  return eventually(`${group} is known`, async () => {
    const { items } = await api('GET', `/api/v1/companies?q=${encodeURIComponent(group)}`);
    return items.find((one) => one.group_id === group);
  });
}

const membersOf = async (id, state = 'current') => (await api('GET', `/api/v1/companies/${id}/members?state=${state}`)).items;

await step('the printed link signs in', signIn);

await step('companies stand beside people in the menu; without any, the screen says how they come', async () => {
  const menu = page.getByRole('navigation', { name: 'Main menu' });
  await menu.getByRole('link', { name: 'Companies', exact: true }).click();
  await title('Companies');
  const { items } = await api('GET', '/api/v1/companies');
  if (items.length === 0) {
    await main.getByRole('heading', { name: 'No company is known yet' }).waitFor();
    await main.getByText('with one line', { exact: false }).waitFor();
    await main.getByRole('link', { name: 'Import companies' }).waitFor();
  } else await table('Companies').waitFor();
  await picture(page, 'companies-empty');
  await accessible('the companies');
  await fits('the companies');
});

await step('a company that a website names appears with its people', async () => {
  for (const { user, name, email } of PEOPLE) await send({ type: 'identify', userId: user, traits: { name, email } });
  for (const { user } of PEOPLE.slice(0, 2)) {
    await send({ type: 'group', userId: user, groupId: ACME.group, traits: { name: ACME.name, domain: ACME.domain, industry: 'Tools', role: 'buyer' } });
  }
  const company = await companyOf(ACME.group);
  await eventually('both are members', async () => (await membersOf(company.id)).length === 2);
  await page.reload();
  await rowOf('Companies', ACME.name).getByText(ACME.domain).waitFor();
  await accessible('a list of companies');
  await fits('a list of companies');
});

await step('one is made by hand, with an ID suggested from its name', async () => {
  await button('Add a company').first().click();
  const form = dialog('Add a company');
  await box('Name', form).fill(MADE);
  const suggested = await box('ID', form).getAttribute('placeholder');
  expect(suggested === `bakkerij-${RUN}`, `suggested: ${suggested}`);
  await box('Industry', form).fill('Food');
  await accessible('the form of a company');
  await fits('the form of a company');
  await button('Add', form).click();
  await title(MADE);
  const company = await companyOf(`bakkerij-${RUN}`);
  expect(company.name === MADE && company.industry === 'Food', JSON.stringify(company));
});

await step('search finds it by name, and says so when nothing fits', async () => {
  await page.goto(`${base}/companies`);
  await title('Companies');
  const search = main.getByRole('searchbox', { name: 'Search by name, domain or ID' });
  await search.fill('Bakkerij');
  await rowOf('Companies', MADE).waitFor();
  await rowOf('Companies', ACME.name).waitFor({ state: 'detached' });
  await search.fill(`nobody-${RUN}`);
  await main.getByRole('heading', { name: 'No company fits this search' }).waitFor();
  await search.fill('');
  await rowOf('Companies', ACME.name).waitFor();
});

await step('its page says what is known, from where and when', async () => {
  await table('Companies').getByRole('link', { name: new RegExp(ACME.name) }).click();
  await title(ACME.name);
  await main.getByRole('group', { name: 'Members' }).getByText('2', { exact: true }).waitFor();
  await rowOf('Attributes', 'industry').getByText('Tools').waitFor();
  await main.getByText(ACME.group, { exact: true }).waitFor();
  for (const { name } of PEOPLE.slice(0, 2)) await rowOf('Members', name).getByText('buyer').waitFor();
  await picture(page, 'company');
  await accessible('a company');
  await fits('a company');
});

await step('an attribute is changed by hand; what belongs to a member is refused', async () => {
  await button('Change industry').click();
  const form = dialog(`Change industry of ${ACME.name}`);
  await box('Value', form).fill('Hardware');
  await button('Save', form).click();
  await form.waitFor({ state: 'hidden' });
  await rowOf('Attributes', 'industry').getByText('Hardware').waitFor();
  await button('Add an attribute').click();
  const added = dialog(`Add an attribute to ${ACME.name}`);
  await box('Name', added).fill('role');
  await box('Value', added).fill('x');
  await button('Save', added).click();
  await added.getByText('Role and left belong to a member', { exact: false }).waitFor();
  await accessible('an attribute that is refused');
  await button('Cancel', added).click();
  const { traits } = await api('GET', `/api/v1/companies/${(await companyOf(ACME.group)).id}`);
  expect(traits.find((one) => one.name === 'industry')?.value === 'Hardware', JSON.stringify(traits));
});

await step('somebody joins, and gets another role', async () => {
  const [, , carla] = PEOPLE;
  await button('Add a member').click();
  const form = dialog(`Add a member to ${ACME.name}`);
  await form.getByRole('combobox', { name: 'Customer' }).fill(carla.user);
  await page.getByRole('option', { name: new RegExp(carla.name) }).click();
  await box('Role', form).fill('owner');
  await accessible('the form of a member');
  await button('Add', form).click();
  await rowOf('Members', carla.name).getByText('owner').waitFor();
  await button(`Change the role of ${carla.name}`).click();
  const role = dialog(`Role of ${carla.name} at ${ACME.name}`);
  await box('Role', role).fill('director');
  await button('Save', role).click();
  await rowOf('Members', carla.name).getByText('director').waitFor();
});

await step('the customer page names the company', async () => {
  const [anna] = PEOPLE;
  await table('Members').getByRole('link', { name: new RegExp(anna.name) }).click();
  await title(anna.name);
  const there = main.getByRole('link', { name: ACME.name, exact: true });
  await there.waitFor();
  await accessible('a customer with a company');
  await fits('a customer with a company');
  await there.click();
  await title(ACME.name);
});

await step('who leaves can come back with Undo, and is a former member without it', async () => {
  const [anna, bram] = PEOPLE;
  const { id } = await companyOf(ACME.group);
  await button(`Take ${anna.name} out of the company`).click();
  await rowOf('Members', anna.name).waitFor({ state: 'detached' });
  await button('Undo', page).click();
  await rowOf('Members', anna.name).waitFor();
  expect((await membersOf(id)).some((one) => one.profile.label === anna.name), `${anna.name} has left`);
  await button(`Take ${bram.name} out of the company`).click();
  await eventually(`${bram.name} has left`, async () => (await membersOf(id, 'former')).some((one) => one.profile.label === bram.name));
  await page.reload();
  await title(ACME.name);
  await main.getByRole('radiogroup', { name: 'Which members' }).getByText('Former', { exact: true }).click();
  await rowOf('Members', bram.name).waitFor();
  await accessible('former members');
});

await step('companies are imported, with who works there', async () => {
  await page.goto(`${base}/imports/new?kind=companies`);
  await title('Import a file');
  await page.locator('input[type="file"]').setInputFiles({
    name: `companies-${RUN}.csv`, mimeType: 'text/csv',
    buffer: Buffer.from(`company_id,name,industry,member_email,role\nfile-${RUN},From a file ${RUN},Trade,${PEOPLE[0].email},adviser\n`),
  });
  await table('Columns of the file').waitFor();
  await accessible('the columns of companies');
  await fits('the columns of companies');
  await button('Start the import').click();
  await title(`companies-${RUN}.csv`);
  await main.getByRole('link', { name: 'See the companies' }).waitFor({ timeout: 60_000 });
  const company = await companyOf(`file-${RUN}`);
  await eventually('its member is there', async () => (await membersOf(company.id)).some((one) => one.role === 'adviser'));
});

await step('deleting asks for the name, and leaves the people', async () => {
  const { id } = await companyOf(ACME.group);
  await page.goto(`${base}/companies/${id}`);
  await title(ACME.name);
  await button('Delete').click();
  const asking = dialog(`Delete ${ACME.name}?`);
  const confirm = button('Delete for ever', asking);
  expect(await confirm.isDisabled(), 'it can be deleted without typing its name');
  await accessible('the question before a company is deleted');
  await fits('the question before a company is deleted');
  await asking.getByRole('textbox').fill(ACME.name);
  await confirm.click();
  await title('Companies');
  await eventually('the company is gone', async () => {
    const { items } = await api('GET', `/api/v1/companies?q=${ACME.group}`);
    return !items.some((one) => one.group_id === ACME.group);
  });
  const { items } = await api('GET', `/api/v1/profiles?q=${PEOPLE[0].user}`);
  expect(items.length === 1, `${PEOPLE[0].name} is gone too`);
});

await finish();
