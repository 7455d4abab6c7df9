#!/usr/bin/env python3
"""Erasing and anonymising a person, and retention: afterwards no byte of the data folder holds anything of them.

    erase.py [--seed N] [--only shop|anonymise|retention]

A person is planted with unmistakable words through everything that takes people's data: events, refused events, traits,
an import and its refused rows, consent with proof, the suppression list, an order and one that is none, a campaign, a
test message, opens and clicks. Then they are erased, and when the receipt says done, every byte of the data folder is
searched: files as they are, compressed mails of the sandbox unpacked, Parquet decoded. Somebody else stays.
Somebody who is anonymised is as gone, and what happened still counts. Events that a retention rule cuts are gone too,
also when the program is killed in the middle, and the receipt says how many.
TUTTI_BIN is the program under test. Needs polars; loopback only; about 30 seconds.
"""
import json
import os
import sqlite3
import sys
import time
import urllib.request
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from harness import REQUEST_SECONDS, Program, run_test, seeded  # noqa: E402

RUN_SECONDS_MAX = 1_200
OTHERS = 300
MESSAGE = {
    "subject": "For {{ customer.first_name }} at {{ customer.email }}", "kind": "html",
    "body": "<html><body><p>{{ customer.secret }} <a href=\"https://shop.example/{{ customer.first_name }}\">new</a></p></body></html>",
}


class Person:
    """Every field holds the word; all of them must go."""

    def __init__(self, word):
        self.word = word
        self.user, self.email = f"{word}-user", f"{word}@mail.example"
        self.words = [word, word.upper(), word.capitalize()]

    def identify(self):
        traits = {"email": self.email, "first_name": self.word, "last_name": f"{self.word}son",
                  "secret": f"{self.word} likes boats", "phone": "+31612345678"}
        proof = {"method": "form", "text": f"I agree, {self.word}"}
        return {"type": "identify", "userId": self.user, "anonymousId": f"{self.word}-browser",
                "messageId": f"{self.word}-identify", "traits": traits,
                "context": {"consent": {"email": "subscribed"}, "consentProof": proof}}

    def track(self, event, number, properties):
        return {"type": "track", "event": event, "userId": self.user, "messageId": f"{self.word}-{number}",
                "properties": properties}

    def events(self):
        return [
            self.identify(),
            self.track("Product Viewed", 1, {"product": f"boat of {self.word}"}),
            self.track("Order Completed", 2, {"order_id": f"{self.word}-order", "revenue": 50}),
            self.track("Order Completed", 3, {"order_id": f"{self.word}-none", "revenue": f"{self.word} euro"}),
            {"type": "page", "anonymousId": f"{self.word}-browser", "messageId": f"{self.word}-page",
             "name": "Home", "properties": {"url": f"https://shop.example/{self.word}"}},
        ]


def post_raw(program, path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{program.port}{path}", data=body, method="POST", headers={
        "authorization": program.authorization, "content-type": "application/octet-stream"})
    with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
        return json.loads(answer.read())


def plant(program, clock, people):
    """Everything that takes people's data, for each of them."""
    send = program.source()()
    others = [Person(f"other{number:04}") for number in range(OTHERS)]
    for person in others + people:
        send.call("POST", "/v1/batch", {"batch": person.events()})
    for person in people:
        # Refused: it has no event name; it is shown to whoever looks after the source.
        send.request("POST", "/v1/track", {"type": "track", "userId": person.user, "messageId": f"{person.word}-bad",
                                           "properties": {"of": person.word}})
    send.close()
    program.caught_up()
    api = program.api
    for person in people:
        api.call("POST", "/api/v1/profiles", {"identifiers": [{"kind": "email", "value": person.email}],
                                              "traits": {"nickname": f"{person.word}y"}})
        rows = f"customer_id,email,city\n{person.user},{person.email},{person.word}stad\n{person.user},not an address {person.word},x\n"
        done = post_raw(program, "/api/v1/imports?kind=customers&format=csv&name=people.csv", rows.encode())
        imported = f"/api/v1/imports/{done['id']}"
        clock.wait_for("the import to end", lambda: api.call("GET", imported)["state"] not in ("running", "uploading"))
    program.caught_up()


def send_campaign(program, clock, people):
    """Sent to everybody; the planted open it, and one gets a test made with their data."""
    api = program.api
    api.call("PUT", "/api/v1/senders", {"channel": "sandbox", "from_name": "Shop", "from_email": "news@shop.example",
                                        "postal_address": "Street 1, Town"})
    segment = api.call("POST", "/api/v1/segments", {"name": "All", "condition": {"reachable": {"channel": "email"}}})
    draft = {"name": "All", "segment_id": segment["id"], "channel": "email", "message": MESSAGE}
    campaign = api.call("POST", "/api/v1/campaigns", draft)["id"]
    api.call("POST", f"/api/v1/campaigns/{campaign}/test",
             {"emails": ["marketer@shop.example"], "profile_id": profile_of(program, people[0])})
    review = api.call("GET", f"/api/v1/campaigns/{campaign}/review")
    api.call("POST", f"/api/v1/campaigns/{campaign}/launch", {"confirm_recipients": review["recipients"]})
    progress = f"/api/v1/campaigns/{campaign}/progress"
    clock.wait_for("the campaign to finish", lambda: api.call("GET", progress)["state"] == "finished")
    for person in people:
        # An entry made by hand, of an address as nobody wrote it.
        api.call("POST", "/api/v1/suppressions", {"channel": "email", "address": person.email.upper()})
    program.caught_up()
    return campaign


def profile_of(program, person):
    found = program.api.call("GET", f"/api/v1/profiles?q={person.email}")["items"]
    return found[0]["id"] if found else None


def holders(data, words):
    """Names of files, in the folder, that hold one of the words, as bytes or after unpacking."""
    found = []
    for folder, _, names in os.walk(data):
        for name in names:
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                # The program is at work: a file that is gone holds nothing.
                continue
            if any(word.encode() in content for word in words):
                found.append(os.path.relpath(path, data))
            elif name.endswith(".parquet") and parquet_holds(path, words):
                found.append(os.path.relpath(path, data))
    return sorted(found)


def in_part(part, files):
    return any(name.startswith(part) for name in files)


def parquet_holds(path, words):
    import polars
    try:
        text = polars.read_parquet(path).write_json()
    except FileNotFoundError:
        return False
    return any(word in text for word in words)


def mails_holding(data, words):
    """Mails of the sandbox are packed: looked into one by one."""
    store = sqlite3.connect(f"file:{data}/tutti.db?mode=ro", uri=True)
    mails = [zlib.decompress(raw) for (raw,) in store.execute("SELECT raw FROM sandbox_message")]
    store.close()
    return sum(any(word.encode() in mail for word in words) for mail in mails)


def numbers(program):
    """What must not change when somebody is only counted any more: events stored, orders and revenue."""
    stored = program.api.call("GET", "/api/v1/health")["workspace"]["events_stored"]
    days = program.api.call("GET", "/api/v1/measure/revenue?days=30")["items"]
    return {"events": stored, "orders": sum(day["orders"] for day in days),
            "revenue": sum(day["revenue_minor"] for day in days)}


def of_nobody(data):
    """(name, properties, time) of the history's rows that belong to nobody, each once: files are compacted meanwhile."""
    import polars
    rows = {}
    for folder, _, names in os.walk(os.path.join(data, "lake")):
        for name in sorted(names):
            if name.endswith(".parquet") and "_delta_log" not in folder:
                table = polars.read_parquet(os.path.join(folder, name)).filter(polars.col("profile_id") == 0)
                columns = [table[column].to_list() for column in ("event_id", "name", "properties", "at_ms")]
                rows |= {row[0]: row[1:] for row in zip(*columns)}
    return list(rows.values())


def told_of(run, name, gone, kept):
    """A program that knows both, sent them a campaign and has `gone` in its history."""
    # Written every second, so that it is there before somebody goes.
    settings = {"TUTTI_LAKE__FLUSH_SECONDS": "1"}
    program = run.keep(Program(run.binary, run.folder, seeded(f"{run.seed} {name}"), run.clock, settings))
    program.start()
    plant(program, run.clock, [gone, kept])
    send_campaign(program, run.clock, [gone, kept])
    written = lambda: in_part("lake/", holders(program.data, gone.words))
    run.clock.wait_for("the history to be written", written, every=0.5)
    return program


def only_counted(run):
    gone, kept = Person("zondernaam"), Person("metnaam")
    program = told_of(run, "anonymise", gone, kept)
    clock, checks, data = run.clock, run.checks, program.data
    profile = profile_of(program, gone)
    shown = program.api.call("GET", f"/api/v1/profiles/{profile}/anonymise")
    stays = {part["what"]: part["count"] for part in shown["stays"]}
    checks.check("the preview says what stays", stays["orders"] == 1 and stays["events"] >= 5, shown)
    before = numbers(program)
    receipt = program.api.call("POST", f"/api/v1/profiles/{profile}/anonymise")
    path = f"/api/v1/profiles/{receipt['profile_id']}/erasure"
    clock.wait_for("it to be done", lambda: program.api.call("GET", path)["state"] == "done", every=0.2)
    checks.same("the receipt says what was done", program.api.call("GET", path)["anonymised"], True)
    checks.same("no file holds a word of them, nor does the log", holders(run.folder, gone.words), [])
    checks.same("no mail in the sandbox does", mails_holding(data, gone.words), 0)
    checks.same("nobody is found by their address", profile_of(program, gone), None)
    checks.same("events, orders and revenue are what they were", numbers(program), before)
    checks.check("somebody else is still there", holders(data, kept.words), "nothing")
    checks.same("it stops when asked to", program.stop(), 0)
    rows = of_nobody(data)
    checks.check("as many events are nobody's as the preview said", len(rows) == stays["events"], (len(rows), stays))
    orders = [json.loads(properties) for name, properties, _ in rows if name == "Order Completed"]
    checks.check("an order keeps its worth and nothing else", {"revenue": 50} in orders, orders)
    checks.check("to the day", all(at % 86_400_000 == 0 for _, _, at in rows), rows[:3])
    program.start()
    send = program.source()()
    send.call("POST", "/v1/batch", {"batch": [gone.identify() | {"messageId": "back-again"}]})
    send.close()
    program.caught_up()
    checks.check("they may come back as somebody new", profile_of(program, gone) not in (None, profile), profile_of(program, gone))
    checks.same("and it stops again", program.stop(), 0)


def kept_no_longer(run):
    settings = {"TUTTI_LAKE__FLUSH_SECONDS": "1"}
    program = run.keep(Program(run.binary, run.folder, seeded(f"{run.seed} retention"), run.clock, settings))
    clock, checks, data, api = run.clock, run.checks, program.data, program.api
    program.start()
    send = program.source()()
    for number in range(OTHERS):
        person = Person(f"other{number:04}")
        old = [person.track("Old Viewed", f"old{at}", {"of": "vergeeld", "value": at}) |
               {"timestamp": f"2024-0{at + 1}-01T00:00:00Z"} for at in range(4)]
        send.call("POST", "/v1/batch", {"batch": person.events() + old + [person.track("Old Viewed", "new", {})]})
    send.close()
    program.caught_up()
    clock.wait_for("the history to be written", lambda: in_part("lake/", holders(data, ["vergeeld"])), every=0.5)
    before = numbers(program)
    ended = lambda run_id: clock.wait_for("a run to end", lambda: (
        lambda one: one if one["state"] != "running" else None)(api.call("GET", f"/api/v1/retention/runs/{run_id}")))
    rule = api.call("POST", "/api/v1/retention/rules", {
        "target": {"what": "event", "name": "Old Viewed"}, "keep": {"amount": 12, "unit": "month"}, "action": "delete"})
    refused = api.request("POST", f"/api/v1/retention/rules/{rule['id']}/enable", {"dry_run": None})
    checks.same("no rule without a dry run", (refused[0], refused[1]["code"]), (409, "dry_run_needed"))
    dry = ended(api.call("POST", "/api/v1/retention/dry-run", {"rules": [rule["id"]]})["id"])
    found = (dry["state"], dry["events"], dry["customers"], dry["deleted"])
    checks.same("the dry run says what would go", found, ("done", 4 * OTHERS, OTHERS, 4 * OTHERS))
    checks.same("and changes nothing", numbers(program), before)
    api.call("POST", f"/api/v1/retention/rules/{rule['id']}/enable", {"dry_run": dry["id"]})
    begun = api.call("POST", "/api/v1/retention/run")["id"]
    time.sleep(seeded(f"{run.seed} kill").random() * 0.5)
    program.kill()
    program.start()
    receipt = ended(begun)
    checks.same("killed in the middle, it is done all the same", (receipt["state"], receipt["deleted"]), ("done", 4 * OTHERS))
    checks.same("no byte of it is left", holders(data, ["vergeeld"]), [])
    after = numbers(program)
    checks.same("everything else is there", after, before | {"events": before["events"] - 4 * OTHERS})
    program.kill()
    program.start()
    program.caught_up()
    checks.same("and nothing comes back after another start", (numbers(program), holders(data, ["vergeeld"])), (after, []))
    checks.same("the doctor finds nothing wrong", program.doctor() if program.stop() == 0 else "it did not stop", [])


def erase(program, clock, person):
    profile = profile_of(program, person)
    receipt = program.api.call("DELETE", f"/api/v1/profiles/{profile}")
    path = f"/api/v1/profiles/{receipt['profile_id']}/erasure"
    began = time.monotonic()
    clock.wait_for("the erasure to be done", lambda: program.api.call("GET", path)["state"] == "done", every=0.2)
    return profile, time.monotonic() - began


def nothing_is_left(run):
    gone, kept = Person("zonderspoor"), Person("blijftstaan")
    program = told_of(run, "erase", gone, kept)
    clock, checks, data = run.clock, run.checks, program.data
    before = holders(data, gone.words)
    print(f"        before: {', '.join(before)}")
    for part in ("tutti.db", "inbox/", "imports/", "lake/"):
        checks.check(f"the search would find them in {part}", in_part(part, before), before)
    checks.check("and in the sandbox", mails_holding(data, gone.words) >= 2, mails_holding(data, gone.words))
    erased, seconds = erase(program, clock, gone)
    print(f"        done {seconds:.1f} s after the request")
    checks.same("no file holds a word of them", holders(data, gone.words), [])
    checks.same("no mail in the sandbox does", mails_holding(data, gone.words), 0)
    checks.same("nobody is found by their address", profile_of(program, gone), None)
    checks.check("somebody else is still there", holders(data, kept.words), "nothing")
    checks.check("and so are their mails", mails_holding(data, kept.words) >= 1, "none")
    events = [gone.identify() | {"messageId": "back-again"}]
    send = program.source()()
    send.call("POST", "/v1/batch", {"batch": events})
    send.close()
    program.caught_up()
    checks.check("they may come back as somebody new", profile_of(program, gone) not in (None, erased), profile_of(program, gone))
    checks.same("it stops when asked to", program.stop(), 0)
    checks.check("and what they said since is there", holders(data, gone.words), "nothing")


if __name__ == "__main__":
    sys.exit(run_test(
        "erase", {"shop": nothing_is_left, "anonymise": only_counted, "retention": kept_no_longer}, RUN_SECONDS_MAX))
