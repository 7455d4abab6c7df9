// Products: none at first, a feed uploaded with an item that is refused, found and filtered, one product with its pictures,
// variants and history, gone and back, a feed that shrank, a file that is none, a fetched feed, what a customer bought with
// name and picture, deleting. In Chromium; a shop of its own serves pictures and a feed, the API confirms what the screen says.
import { api, collect, eventually, expect, picture, stage } from './harness.mjs';
import { merchantFeed, openShop } from './shop.mjs';

const RUN = Date.now().toString(36);
const FEED = `shop-${RUN}`;

const { base, page, main, step, accessible, fits, button, dialog, table, rowOf, title, signIn, finish } = await stage();

const link = (name, within = main) => within.getByRole('link', { name, exact: true });
const stat = (name, value) => main.getByRole('group', { name, exact: true }).getByText(value, { exact: true }).waitFor();

const shop = await openShop(() => merchantFeed(PRODUCTS));

const id = (name) => `${name}-${RUN}`;
const product = (name, more) => ({
  id: id(name), title: name, brand: `Loper ${RUN}`, price: '89.95 EUR', availability: 'in_stock',
  product_type: 'Shoes > Running', link: `https://shop.example/${name}`, image_link: `${shop.url}/${name}.svg`, ...more,
});
const PRODUCTS = [
  product('Wad-Blue', { title: `Wad runner, blue ${RUN}`, color: 'blue', size: '42', item_group_id: id('Wad'), gtin: '4006381333931',
    additional_image_link: `${shop.url}/Wad-side.svg`, description: 'A light shoe for the beach.', custom_label_0: 'autumn', material: 'mesh' }),
  product('Wad-Red', { title: `Wad runner, red ${RUN}`, color: 'red', size: '42', item_group_id: id('Wad'), sale_price: '69.95 EUR' }),
  product('Dune', { title: `Dune boot ${RUN}`, brand: `Polder ${RUN}`, product_type: 'Shoes > Boots', availability: 'out_of_stock',
    image_link: `${shop.url}/missing.svg` }),
  product('Quay', { title: `Quay sandal ${RUN}`, brand: `Polder ${RUN}`, product_type: 'Shoes > Sandals', availability: 'preorder', price: '49.95 EUR' }),
  product('Broken', { title: `Broken ${RUN}`, price: '12.90' }),
];

const found = async (name, query = '') => (await api('GET', `/api/v1/products?gone=any&q=${encodeURIComponent(id(name))}${query}`)).items[0];

/** Chooses a file on the page for uploads, and says what it is. */
async function upload(text, { name = 'feed.xml', mode = 'The whole range' } = {}) {
  await page.goto(`${base}/products/upload?source=${FEED}`);
  await title('Upload a product feed');
  await page.locator('input[type="file"]').setInputFiles({ name, mimeType: 'text/xml', buffer: Buffer.from(text) });
  await main.getByRole('radio', { name: mode }).check();
}

async function send(text, options) {
  await upload(text, options);
  await button('Upload the feed').click();
}

await step('the printed link signs in', signIn);

await step('products are in the menu; without any, the screen teaches three ways in', async () => {
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Products', exact: true }).click();
  await title('Products');
  const { items } = await api('GET', '/api/v1/products');
  if (items.length === 0) {
    await main.getByRole('heading', { name: 'No product is known yet' }).waitFor();
    await link('Connect a feed address').waitFor();
    await link('The API').waitFor();
    await main.getByText('/api/v1/products/feed', { exact: false }).waitFor();
  } else await table('Products').waitFor();
  await picture(page, 'products-empty');
  await accessible('no products');
  await fits('no products');
});

await step('a feed is uploaded: what came in is counted, what was refused is said with its number and reason', async () => {
  await link('Upload a feed').first().click();
  await title('Upload a product feed');
  await upload(merchantFeed(PRODUCTS));
  await main.getByText('feed.xml', { exact: false }).waitFor();
  await picture(page, 'products-upload');
  await accessible('uploading a feed');
  await fits('uploading a feed');
  await button('Upload the feed').click();
  await title(`Feed: ${FEED}`);
  await main.getByText('Finished', { exact: true }).waitFor();
  await stat('Accepted', '4');
  await stat('New', '4');
  const refused = rowOf('Refused items', id('Broken'));
  await refused.getByText('The price has no currency').waitFor();
  await refused.getByText('5', { exact: true }).waitFor();
  await picture(page, 'products-run');
  await accessible('what came of a feed');
  await fits('what came of a feed');
});

await step('the products are listed with pictures and prices; one without a picture keeps its place', async () => {
  await link('See the products').click();
  await title('Products');
  const blue = rowOf('Products', PRODUCTS[0].title);
  await blue.getByText('€89.95').waitFor();
  await blue.getByText('In stock').last().waitFor();
  await eventually('the picture is there', () => blue.locator('img').evaluate((one) => one.complete && one.naturalWidth > 0), 10);
  expect((await blue.locator('img').getAttribute('loading')) === 'lazy', 'pictures are not fetched lazily');
  const red = rowOf('Products', PRODUCTS[1].title);
  await red.getByText('€69.95').waitFor();
  await red.locator('s').getByText('€89.95').waitFor();
  const dune = rowOf('Products', PRODUCTS[2].title);
  await dune.getByText('Out of stock').last().waitFor();
  await dune.locator('img').waitFor({ state: 'detached' });
  const heights = await Promise.all([blue, dune].map((row) => row.evaluate((one) => Math.round(one.getBoundingClientRect().height))));
  expect(heights[0] === heights[1], `rows of ${heights} px`);
  await picture(page, 'products');
  await accessible('the products');
  await fits('the products');
});

await step('they are found by search, availability, category and brand', async () => {
  await page.goto(`${base}/products?source=${FEED}`);
  await main.getByRole('searchbox').fill('sandal');
  await rowOf('Products', 'Dune boot').waitFor({ state: 'detached' });
  await rowOf('Products', 'Quay sandal').waitFor();
  await main.getByRole('searchbox').fill('');
  await rowOf('Products', 'Dune boot').waitFor();
  await main.getByRole('combobox', { name: 'Availability' }).click();
  await page.getByRole('option', { name: 'Can be pre-ordered' }).click();
  await rowOf('Products', 'Dune boot').waitFor({ state: 'detached' });
  await rowOf('Products', 'Quay sandal').waitFor();
  await page.goto(`${base}/products?source=${FEED}`);
  await main.getByRole('combobox', { name: 'Category' }).click();
  await page.getByRole('option', { name: /^Shoes > Running/ }).click();
  await rowOf('Products', 'Dune boot').waitFor({ state: 'detached' });
  await rowOf('Products', PRODUCTS[0].title).waitFor();
  await page.goto(`${base}/products?source=${FEED}`);
  await rowOf('Products', 'Dune boot').waitFor();
  const brand = main.getByRole('combobox', { name: 'Brand' }).or(main.getByRole('textbox', { name: 'Brand' })).first();
  await brand.fill(`polder ${RUN}`);
  await brand.press('Enter');
  await rowOf('Products', PRODUCTS[0].title).waitFor({ state: 'detached' });
  await rowOf('Products', 'Dune boot').waitFor();
  await accessible('filtered products');
  await page.goto(`${base}/products?q=nothing-${RUN}`);
  await main.getByRole('heading', { name: 'No product fits' }).waitFor();
  await link('Show all products').click();
  await table('Products').waitFor();
});

await step('a product has its pictures, fields in groups, variants, and a link that tells the shop nothing', async () => {
  await page.goto(`${base}/products?source=${FEED}`);
  await table('Products').getByRole('link', { name: new RegExp(PRODUCTS[0].title) }).click();
  await title(PRODUCTS[0].title);
  await main.getByRole('img', { name: PRODUCTS[0].title }).waitFor();
  await button('Picture 2').click();
  await main.getByText('4006381333931').waitFor();
  await main.getByText('A light shoe for the beach.').waitFor();
  await main.getByText('autumn', { exact: true }).waitFor();
  await rowOf('Variants', PRODUCTS[1].title).waitFor();
  const out = link('Open in the shop');
  const rel = await out.getAttribute('rel');
  expect(rel.includes('noopener') && rel.includes('noreferrer'), `rel is ${rel}`);
  expect((await out.getAttribute('href')) === PRODUCTS[0].link, await out.getAttribute('href'));
  await picture(page, 'product-first');
  await accessible('a product');
  await fits('a product');
});

await step('with the next feed a price has a history, and what is not in it is gone', async () => {
  const [blue, red, dune] = PRODUCTS;
  await send(merchantFeed([{ ...blue, price: '79.95 EUR', availability: 'out_of_stock' }, red, dune]));
  await title(`Feed: ${FEED}`);
  await main.getByText('Finished', { exact: true }).waitFor();
  await stat('Gone', '1');
  await page.goto(`${base}/products/${(await found('Wad-Blue')).id}`);
  await title(blue.title);
  await rowOf('History', '€79.95').getByText('Out of stock').waitFor();
  await rowOf('History', '€89.95').getByText('In stock').waitFor();
  await picture(page, 'product');
  const course = main.getByRole('img', { name: `Price of ${blue.title} by day, in EUR` });
  expect((await course.count()) === 0, 'changes of one day are drawn as the course of a price');
  await accessible('the history of a price');
  await fits('the history of a price');
  await page.goto(`${base}/products?source=${FEED}&gone=only`);
  await table('Products').getByRole('link', { name: /Quay sandal/ }).click();
  await main.getByText('Gone since', { exact: false }).waitFor();
  await accessible('a product that is gone');
});

await step('changes only: what comes back is there again, nothing is gone', async () => {
  await send(merchantFeed([PRODUCTS[3]]), { mode: 'Changes only' });
  await title(`Feed: ${FEED}`);
  await main.getByText('Finished', { exact: true }).waitFor();
  await stat('Gone', '0');
  expect((await found('Quay')).gone_at === null, 'it did not come back');
});

await step('a table with a quotation mark that is not closed waits, and says where it opens', async () => {
  const rows = PRODUCTS.slice(0, 4).map(({ id, title }) => `${id}\t${title}`);
  rows[2] = rows[2].replace('\t', '\t"');
  await send(['id\ttitle', ...rows, ''].join('\n'), { name: 'feed.tsv' });
  await title(`Feed: ${FEED}`);
  await main.getByText('Waits for you', { exact: true }).waitFor();
  await main.getByText('A quotation mark in the feed is not closed', { exact: false }).waitFor();
  await main.getByText('1 product would be gone if it were applied as it is.', { exact: false }).waitFor();
  await main.getByText('opens in line 4', { exact: false }).first().waitFor();
  expect((await found('Quay')).gone_at === null, 'it was applied without asking');
  await accessible('a feed with an open quotation mark');
  await fits('a feed with an open quotation mark');
});

await step('a feed that shrank waits, and is applied only when somebody says so', async () => {
  await upload(merchantFeed([PRODUCTS[0]]));
  await main.getByText('4 products of this feed are known now.', { exact: false }).waitFor();
  await button('Upload the feed').click();
  await title(`Feed: ${FEED}`);
  await main.getByText('Waits for you', { exact: true }).waitFor();
  await main.getByText('3 products would be gone: the file does not have them', { exact: false }).waitFor();
  expect((await found('Dune')).gone_at === null, 'it was applied without asking');
  await picture(page, 'products-held');
  await accessible('a feed that waits');
  await fits('a feed that waits');
  await button('Apply anyway').click();
  const asking = dialog('Apply this feed anyway?');
  await accessible('the question before it is applied');
  await button('Apply anyway', asking).click();
  await main.getByText('Finished', { exact: true }).waitFor();
  expect((await found('Dune')).gone_at !== null, 'it was not applied');
});

await step('what is no feed is refused, in words', async () => {
  await send('this is no feed', { name: 'letter.xml' });
  const alert = main.getByRole('alert').filter({ hasText: /This is not a product feed|There is no product in the feed|ends in the middle/ });
  await alert.waitFor();
  await accessible('a file that is no feed');
  await fits('a file that is no feed');
});

await step('the feeds page tells each reading', async () => {
  await page.goto(`${base}/products/feeds`);
  await title('Product feeds');
  await rowOf('Feeds', FEED).waitFor();
  await rowOf('Each time a feed was read', 'Refused').first().waitFor();
  await accessible('the feeds');
  await fits('the feeds');
});

await step('what a customer bought has the name and picture of the catalogue; what it does not know, those of the event', async () => {
  const email = `buyer-${RUN}@mail.example`;
  const calls = [
    { type: 'identify', userId: id('buyer'), traits: { email, name: `Buyer ${RUN}` } },
    { type: 'track', userId: id('buyer'), event: 'Order Completed', properties: {
      order_id: id('order'), total: 150, currency: 'EUR',
      products: [{ product_id: id('Wad-Blue'), name: 'old name', price: 79.95, quantity: 2 }, { product_id: id('unknown'), name: `From the event ${RUN}`, price: 10, quantity: 1 }],
    } },
  ];
  for (const call of calls) await collect(call.type, call);
  const buyer = await eventually('the buyer is known', async () =>
    (await api('GET', `/api/v1/profiles?q=${encodeURIComponent(email)}`)).items[0]);
  await eventually('the order is there', async () =>
    (await api('GET', `/api/v1/profiles/${buyer.id}/timeline`)).items.some((one) => one.name === 'Order Completed'));
  let asked = 0;
  page.on('request', (request) => { if (request.url().includes('/products/lookup')) asked += 1; });
  await page.goto(`${base}/people/${buyer.id}`);
  const line = main.getByRole('listitem').filter({ has: link(PRODUCTS[0].title, page) }).last();
  await line.locator('img').waitFor();
  await line.getByText('2 ×', { exact: false }).waitFor();
  await main.getByText(`From the event ${RUN}`).waitFor();
  expect(asked === 1, `the catalogue was asked ${asked} times`);
  await picture(page, 'timeline-products');
  await accessible('a timeline with products');
  await fits('a timeline with products');
  await link(PRODUCTS[0].title).first().click();
  await title(PRODUCTS[0].title);
});

await step('a feed address is connected: tried out first, then fetched, or the reason why not', async () => {
  await page.goto(`${base}/products`);
  await page.goto(`${base}/sources/new/feed?name=${encodeURIComponent(`Feed ${RUN}`)}`);
  await title('Connect: Product feed');
  await main.getByRole('textbox', { name: 'Address' }).fill(`${shop.url}/feed.xml`);
  await main.getByRole('radio', { name: 'User name and password' }).check();
  expect(await button('Test the connection').isDisabled(), 'it can be tested without a password');
  await main.getByRole('radio', { name: 'No, it is open' }).check();
  await accessible('the form of a feed');
  await fits('the form of a feed');
  await button('Test the connection').click();
  const works = main.getByText('The connection works');
  const refused = main.getByRole('alert').or(main.locator('.mantine-InputWrapper-error'));
  await works.or(refused).first().waitFor({ timeout: 60_000 });
  if (await works.count()) {
    await rowOf('The first products', id('Wad-Blue')).waitFor();
    await button('Save and start').click();
    await title(`Feed ${RUN}`);
    await main.getByRole('heading', { level: 2, name: 'Products' }).waitFor({ timeout: 60_000 });
    await link('What came of it').waitFor();
  }
  await picture(page, 'feed-connection');
  await accessible('a feed that was tried');
  await fits('a feed that was tried');
});

await step('a product is deleted, and comes back with Undo', async () => {
  const blue = await found('Wad-Blue');
  await page.goto(`${base}/products/${blue.id}`);
  await title(blue.title);
  await button('Delete').click();
  await title('Products');
  await button('Undo', page).click();
  await page.goto(`${base}/products/${blue.id}`);
  await title(blue.title);
});

await step('all products of a feed are deleted once its name was typed', async () => {
  await page.goto(`${base}/products/feeds`);
  await button(`Delete the products of ${FEED}`).click();
  const asking = dialog(`Delete the products of ${FEED}?`);
  const confirm = button('Delete for ever', asking);
  expect(await confirm.isDisabled(), 'they can be deleted without typing the name');
  await accessible('the question before a feed is deleted');
  await asking.getByRole('textbox').fill(FEED);
  await confirm.click();
  await asking.waitFor({ state: 'hidden' });
  const { items } = await api('GET', `/api/v1/products?gone=any&source=${FEED}`);
  expect(items.length === 0, `${items.length} are left`);
});

shop.close();
await finish();
