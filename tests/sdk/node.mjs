// The Node SDKs, as their documentation says to use them.
import { Analytics } from '@segment/analytics-node';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';

const properties = (number) => ({ number, total: 12.5, nested: { text: 'Ljouwert — Fryslân 🎿' } });

export async function deliverSegmentNode({ host, event, user, writeKey, count }) {
  // Small batches, so that the bad network meets several.
  const analytics = new Analytics({ writeKey, host, flushAt: 15, flushInterval: 200, maxRetries: 8 });
  const failures = [];
  analytics.on('error', (error) => failures.push(error));
  analytics.identify({ userId: user, traits: { email: `${user}@example.com`, plan: 'gold' } });
  for (let number = 0; number < count; number++) analytics.track({ userId: user, event, properties: properties(number) });
  analytics.page({ userId: user, name: 'Home' });
  analytics.screen({ userId: user, name: 'Cart' });
  analytics.group({ userId: user, groupId: 'club-1', traits: { name: 'Runners' } });
  await analytics.closeAndFlush({ timeout: 30_000 });
  if (failures.length) throw new Error(`analytics-node: ${JSON.stringify(failures[0])}`);
}

export async function deliverRudder({ host, event, user, writeKey, count }) {
  const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl: host, flushAt: 15, flushInterval: 200, logLevel: 'error' });
  analytics.identify({ userId: user, traits: { email: `${user}@example.com` } });
  for (let number = 0; number < count; number++) analytics.track({ userId: user, event, properties: properties(number) });
  await analytics.flush();
  // flush() sends one batch; wait for the others as an application that goes on running would.
  await new Promise((resolve) => setTimeout(resolve, 8_000));
}
