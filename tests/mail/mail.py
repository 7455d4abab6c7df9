#!/usr/bin/env python3
"""A campaign through Postfix to another mail server, and what comes back.

    mail.py

TUTTI_BIN is the program under test. Everybody gets it exactly once; the signature still verifies behind Postfix
(dkimpy), both unsubscribe headers under it; the way to Postfix is encrypted; Postfix's own delivery reports are read, end
the addresses, and the next campaign leaves those out.
"""
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

import dkim

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
from harness import REQUEST_SECONDS, Checks, Clock, Program, free_port, seeded  # noqa: E402
from postfix import Postfix  # noqa: E402

RUN_SECONDS_MAX = 120
PEOPLE = 300
# Fewer than one in twenty, or the campaign would be halted.
REFUSED = 10
BATCH = 200
DOMAIN = "shop.example"
BOUNCES = "bounces.shop.example"
MESSAGE = {
    "subject": "Für {{ customer.email }}", "kind": "mjml",
    "body": "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ customer.email }}. A dot:<br/>\n.\n"
            "<a href=\"https://shop.example/new?a=1&amp;b=2\">new things</a></mj-text></mj-column></mj-section></mj-body></mjml>",
}


class Sink:
    def __init__(self, folder, chance):
        os.makedirs(folder)
        self.folder, self.port = folder, free_port(chance)
        line = [sys.executable, os.path.join(HERE, "sink.py"), str(self.port), folder]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the sink did not start")

    def mails(self):
        """(recipient, return path, file) of everything accepted."""
        with open(os.path.join(self.folder, "index"), encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file]

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def refusals(self):
        with open(os.path.join(self.folder, "refused"), encoding="utf-8") as file:
            return file.read().split()

    def end(self):
        self.process.kill()
        self.process.wait()


def people():
    return [f"person{n}@mail{n % 5}.example" for n in range(PEOPLE)]


def refused():
    return [f"refused{n}@mail{n % 5}.example" for n in range(REFUSED)]


def prepare(program, postfix):
    """Customers with consent, a sender that goes through Postfix; the segment and the DKIM record."""
    api, send = program.api, program.source()()
    everybody = people() + refused()
    for start in range(0, len(everybody), BATCH):
        batch = [
            {"type": "identify", "userId": address, "messageId": f"id-{address}",
             "traits": {"email": address}, "context": {"consent": {"email": "subscribed"}}}
            for address in everybody[start:start + BATCH]
        ]
        send.call("POST", "/v1/batch", {"batch": batch})
    send.close()
    program.caught_up()
    smtp = {"host": "127.0.0.1", "port": postfix.port, "tls": "starttls", "ca_pem": postfix.authority}
    sender = {"channel": "smtp", "from_name": "Shop & Sohn", "from_email": f"news@{DOMAIN}", "bounce_domain": BOUNCES,
              "postal_address": "Street 1, Town", "smtp": smtp}
    api.call("PUT", "/api/v1/senders", sender)
    key = api.call("POST", "/api/v1/senders/dkim", {"domain": DOMAIN, "selector": "t1", "algorithm": "rsa"})
    segment = api.call("POST", "/api/v1/segments", {"name": "Everybody", "condition": {"all": []}})["id"]
    return segment, key["dns_record"]


def campaign(program, segment, name):
    """Sends one campaign to its end: its id, its review and its last progress."""
    api = program.api
    draft = {"name": name, "segment_id": segment, "channel": "email", "message": MESSAGE}
    id_ = api.call("POST", "/api/v1/campaigns", draft)["id"]
    review = api.call("GET", f"/api/v1/campaigns/{id_}/review")
    api.call("POST", f"/api/v1/campaigns/{id_}/launch", {"confirm_recipients": review["recipients"]})

    def finished():
        progress = api.call("GET", f"/api/v1/campaigns/{id_}/progress")
        return progress if progress["state"] == "finished" else None

    return id_, review, program.clock.wait_for("the campaign to finish", finished, 60, 0.2)


def once_each(checks, mails, name):
    got = sorted(to for to, _, _ in mails if not to.startswith("bounce+"))
    checks.same(f"{name}: everybody gets it exactly once", got, sorted(people()))


def signatures(checks, sink, mails, record):
    def txt(asked, timeout=5):
        asked = asked.decode() if isinstance(asked, bytes) else asked
        return record.encode() if asked.rstrip(".") == f"t1._domainkey.{DOMAIN}" else None

    bad, unsigned, plain, changed = [], [], [], []
    for to, _, name in mails:
        if to.startswith("bounce+"):
            continue
        mail = sink.read(name)
        unfolded = re.sub(rb"\r?\n[ \t]+", b" ", mail)
        signature = next((line for line in unfolded.split(b"\r\n") if line.lower().startswith(b"dkim-signature:")), b"")
        signed = re.search(rb"\bh=([^;]+)", signature)
        names = set(signed.group(1).decode().replace(" ", "").lower().split(":")) if signed else set()
        if not {"from", "list-unsubscribe", "list-unsubscribe-post"} <= names:
            unsigned.append(to)
        if not dkim.verify(mail, dnsfunc=txt):
            bad.append(to)
        if not re.search(rb"by relay\.shop\.example \(Postfix\) with ESMTPS", unfolded):
            plain.append(to)
        if dkim.verify(mail.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"), dnsfunc=txt):
            changed.append(to)
    checks.nothing("every signature verifies behind Postfix (dkimpy)", bad)
    checks.nothing("List-Unsubscribe and List-Unsubscribe-Post are signed", unsigned)
    checks.nothing("a changed unsubscribe header breaks the signature", changed)
    checks.nothing("the way to Postfix was encrypted", plain)


def post_raw(program, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=REQUEST_SECONDS)
    headers = {"authorization": program.authorization, "content-type": "message/rfc822"}
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"POST {path} answered {response.status}: {text}")
    return json.loads(text)


def reports(program, checks, sink):
    """Postfix's delivery reports: one per refused address, to the return path that names the message."""
    def all_there():
        found = [mail for mail in sink.mails() if mail[0].startswith("bounce+")]
        return found if len(found) >= REFUSED else None

    found = program.clock.wait_for("Postfix's delivery reports", all_there, 40, 0.2)
    checks.same("one report for each refused address", len(found), REFUSED)
    checks.nothing("reports go to the return path", [to for to, _, _ in found if not to.endswith(f"@{BOUNCES}")])
    results = [post_raw(program, "/api/v1/senders/bounces", sink.read(name))["classified"] for _, _, name in found]
    read = sorted((one["address"], one["kind"], one["action"]) for result in results for one in result)
    checks.same("each is read as a hard bounce", read, sorted((address, "hard", "recorded") for address in refused()))
    again = post_raw(program, "/api/v1/senders/bounces", sink.read(found[0][2]))["classified"]
    checks.same("the same report again changes nothing", [one["action"] for one in again], ["nothing"])
    program.caught_up()


def run(program, postfix, sink, checks):
    segment, record = prepare(program, postfix)
    first, review, progress = campaign(program, segment, "First")
    checks.same("the first campaign goes to everybody", review["recipients"], PEOPLE + REFUSED)
    checks.same("Postfix takes all of it", progress["sent"], PEOPLE + REFUSED)
    program.clock.wait_for("the mails", lambda: len(sink.mails()) >= PEOPLE + REFUSED, 40, 0.2)
    mails = sink.mails()
    once_each(checks, mails, "first")
    signatures(checks, sink, mails, record)
    reports(program, checks, sink)
    bounced = program.api.call("GET", f"/api/v1/campaigns/{first}/progress")
    checks.same("the report counts them", (bounced["bounced"], bounced["sent"]), (REFUSED, PEOPLE))

    before, tried = len(sink.mails()), len(sink.refusals())
    _, review, progress = campaign(program, segment, "Second")
    left_out = {item["reason"]: item["count"] for item in review["exclusions"]}
    checks.same("the next campaign leaves the addresses out as suppressed", left_out, {"suppressed": REFUSED})
    checks.same("and goes to the others", (review["recipients"], progress["sent"]), (PEOPLE, PEOPLE))
    program.clock.wait_for("the second campaign's mails", lambda: len(sink.mails()) >= before + PEOPLE, 40, 0.2)
    time.sleep(1.0)
    once_each(checks, sink.mails()[before:], "second")
    checks.same("nothing was tried at the suppressed addresses", len(sink.refusals()), tried)


def main():
    if os.geteuid() != 0:
        print("skipped: Postfix needs root")
        return 1 if os.environ.get("CI") else 0
    chance, clock, checks = seeded(f"mail {time.time()}"), Clock(RUN_SECONDS_MAX), Checks()
    scratch = tempfile.mkdtemp(prefix="tutti-mail.")
    os.chmod(scratch, 0o755)
    running = []
    started = time.monotonic()
    try:
        sink = Sink(os.path.join(scratch, "sink"), chance)
        running.append(sink)
        postfix = Postfix(os.path.join(scratch, "postfix"), free_port(chance), sink.port)
        running.append(postfix)
        program = Program(os.path.abspath(os.environ["TUTTI_BIN"]), os.path.join(scratch, "tutti"), chance, clock)
        running.append(program)
        program.start()
        run(program, postfix, sink, checks)
        checks.same("it stops cleanly when asked", program.stop(), 0)
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        checks.check("the test ran to its end", False, error)
    finally:
        for one in reversed(running):
            if checks.failed and hasattr(one, "tail"):
                print(one.tail())
            one.end()
    if checks.failed:
        print(f"logs and mails are kept in {scratch}")
    else:
        shutil.rmtree(scratch)
    print(f"{checks.passed} passed, {checks.failed} failed in {time.monotonic() - started:.0f} s")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
