"""The CloudEvents SDK delivers, in binary, structured and batched mode: cloudevents_sdk.py HOST WRITE_KEY EVENT USER COUNT"""

import base64
import json
import sys
import time
import urllib.error
import urllib.request

from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

HOST, WRITE_KEY, EVENT, USER, COUNT = sys.argv[1:]
BATCH = 10
TRIES = 12
RETRY_S = 0.3


def event(number):
    attributes = {"id": f"{USER}-{number}", "source": "/till/Ljouwert 3", "type": EVENT, "subject": USER}
    return CloudEvent(attributes, {"number": number, "total": 12.5, "nested": {"text": "Ljouwert — Fryslân 🎿"}})


def post(headers, body):
    """Sends until it is taken, as a sender of events does: the same event may arrive twice."""
    basic = base64.b64encode(f"{WRITE_KEY}:".encode()).decode()
    for _ in range(TRIES):
        request = urllib.request.Request(f"{HOST}/v1/cloudevents", body, {**headers, "authorization": f"Basic {basic}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                told = json.load(answer)
                assert not told["rejected"], told
                return
        except urllib.error.HTTPError as error:
            if error.code not in (429, 500, 502, 503):
                sys.exit(f"cloudevents: {error.code} {error.read().decode()}")
        except OSError:
            pass
        time.sleep(RETRY_S)
    sys.exit("cloudevents: not taken")


def structured(one):
    message = to_structured_event(one)
    return message.headers, message.body


events = [event(number) for number in range(int(COUNT))]
third = len(events) // 3
for one in events[:third]:
    message = to_binary_event(one)
    post(message.headers, message.body)
for one in events[third : 2 * third]:
    post(*structured(one))
rest = [json.loads(structured(one)[1]) for one in events[2 * third :]]
for start in range(0, len(rest), BATCH):
    body = json.dumps(rest[start : start + BATCH]).encode()
    post({"content-type": "application/cloudevents-batch+json"}, body)
