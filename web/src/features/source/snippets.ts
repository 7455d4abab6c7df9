/** Code to copy, with the reader's own address and write key in it. Pure. */

export type SnippetId = "browser" | "curl" | "node" | "python" | "cloudevents";
export type Snippet = { id: SnippetId; label: string; code: string; install?: string };

export function snippets(origin: string, writeKey: string): Snippet[] {
  return [
    { id: "browser", label: "Browser", code: browser(origin, writeKey) },
    { id: "curl", label: "curl", code: curl(origin, writeKey) },
    { id: "node", label: "Node.js", install: "npm install @segment/analytics-node", code: node(origin, writeKey) },
    { id: "python", label: "Python", install: "pip install segment-analytics-python", code: python(origin, writeKey) },
    { id: "cloudevents", label: "CloudEvents", code: cloudEvents(origin, writeKey) },
  ];
}

function browser(origin: string, writeKey: string): string {
  return `<script src="${origin}/sdk/tutti.js" data-write-key="${writeKey}" async></script>

<!-- When you know who it is, and when something happens: -->
<script>
  window.tutti = window.tutti || [];
  tutti.push(["identify", "customer-123", { email: "ann@example.com" }]);
  tutti.push(["track", "Product Viewed", { product_id: "sku-1", category: "sneakers" }]);
</script>`;
}

function curl(origin: string, writeKey: string): string {
  return `curl ${origin}/v1/track \\
  --user ${writeKey}: \\
  --header 'content-type: application/json' \\
  --data '{
    "userId": "customer-123",
    "event": "Order Completed",
    "properties": { "order_id": "o-1", "total": 89.95, "currency": "EUR" }
  }'`;
}

function node(origin: string, writeKey: string): string {
  return `import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${writeKey}", host: "${origin}" });

analytics.identify({ userId: "customer-123", traits: { email: "ann@example.com" } });
analytics.track({
  userId: "customer-123",
  event: "Order Completed",
  properties: { order_id: "o-1", total: 89.95, currency: "EUR" },
});
await analytics.closeAndFlush();`;
}

function python(origin: string, writeKey: string): string {
  return `import segment.analytics as analytics

analytics.write_key = "${writeKey}"
analytics.host = "${origin}"

analytics.identify("customer-123", {"email": "ann@example.com"})
analytics.track("customer-123", "Order Completed",
                {"order_id": "o-1", "total": 89.95, "currency": "EUR"})
analytics.flush()`;
}

function cloudEvents(origin: string, writeKey: string): string {
  return `curl ${origin}/v1/cloudevents \\
  --user ${writeKey}: \\
  --header 'content-type: application/cloudevents+json' \\
  --data '{
    "specversion": "1.0",
    "id": "o-1",
    "source": "/till/3",
    "type": "Order Completed",
    "subject": "customer-123",
    "data": { "order_id": "o-1", "total": 89.95, "currency": "EUR" }
  }'`;
}
