"""segment-analytics-python delivers: deliver.py HOST WRITE_KEY EVENT USER COUNT"""

import sys

from segment.analytics.client import Client

host, write_key, event, user, count = sys.argv[1:]
failures = []
client = Client(
    write_key,
    host=host,
    on_error=lambda error, items: failures.append(error),
    upload_size=15,
    upload_interval=0.2,
    gzip=True,
    max_retries=8,
)
client.identify(user, {"email": f"{user}@example.com"})
for number in range(int(count)):
    client.track(user, event, {"number": number, "total": 12.5, "nested": {"text": "Ljouwert — Fryslân 🎿"}})
client.group(user, "club-1", {"name": "Runners"})
client.flush()
client.join()
if failures:
    sys.exit(f"segment-analytics-python: {failures[0]}")
