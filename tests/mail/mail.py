#!/usr/bin/env python3
"""A campaign through Postfix to another mail server, and what comes back.

    mail.py [--seed N]

TUTTI_BIN is the program under test. Everybody gets it exactly once; the signature, RSA or Ed25519, still verifies behind
Postfix for two judges (dkimpy and opendkim-testmsg), both unsubscribe headers under it, and no longer when the mail is
changed; the way to Postfix is encrypted; Postfix's own delivery reports are read, end the addresses, and the next
campaign leaves those out. Needs root, Postfix, and for opendkim-testmsg a kernel that lets it make namespaces.
"""
import http.client
import json
import os
import re
import sys
import time

import dkim

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
import opendkim  # noqa: E402
from harness import REQUEST_SECONDS, Program, Script, free_port, run_test, seeded  # noqa: E402
from postfix import Postfix  # noqa: E402

RUN_SECONDS_MAX = 900
PEOPLE = 300
# Fewer than one in twenty, or the campaign would be halted.
REFUSED = 10
BATCH = 200
# How many mails are changed for opendkim-testmsg to see it.
TAMPERED = 10
# How long nothing more may arrive after the end.
QUIET_SECONDS = 1.0
DOMAIN = "shop.example"
BOUNCES = "bounces.shop.example"
MESSAGE = {
    "subject": "Für {{ customer.email }}", "kind": "mjml",
    "body": "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ customer.email }}. A dot:<br/>\n.\n"
            "<a href=\"https://shop.example/new?a=1&amp;b=2\">new things</a></mj-text></mj-column></mj-section></mj-body></mjml>",
}


class Sink(Script):
    """The mail server behind Postfix."""

    def __init__(self, folder, chance):
        os.makedirs(folder)
        self.folder, self.port = folder, free_port(chance)
        super().__init__(os.path.join(HERE, "sink.py"), self.port, folder)

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


def people():
    return [f"person{n}@mail{n % 5}.example" for n in range(PEOPLE)]


def refused():
    return [f"refused{n}@mail{n % 5}.example" for n in range(REFUSED)]


def prepare(program, postfix):
    """Customers with consent, a sender that goes through Postfix; the segment."""
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
    return api.call("POST", "/api/v1/segments", {"name": "Everybody", "condition": {"all": []}})["id"]


def new_key(program, selector, algorithm):
    """The key that mails are signed with from now on, and its DNS record."""
    wanted = {"domain": DOMAIN, "selector": selector, "algorithm": algorithm}
    return program.api.call("POST", "/api/v1/senders/dkim", wanted)


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

    return id_, review, program.clock.wait_for("the campaign to finish", finished, every=0.2)


def once_each(checks, mails, name):
    got = sorted(to for to, _, _ in mails if not to.startswith("bounce+"))
    checks.same(f"{name}: everybody gets it exactly once", got, sorted(people()))


def of_people(sink, mails):
    """The campaign's own mails: (recipient, text)."""
    return [(to, sink.read(name)) for to, _, name in mails if not to.startswith("bounce+")]


def envelope(checks, texts):
    """What has to be signed is named by the signature, and Postfix was reached encrypted."""
    unsigned, plain = [], []
    for to, mail in texts:
        unfolded = re.sub(rb"\r?\n[ \t]+", b" ", mail)
        signature = next((line for line in unfolded.split(b"\r\n") if line.lower().startswith(b"dkim-signature:")), b"")
        signed = re.search(rb"\bh=([^;]+)", signature)
        names = set(signed.group(1).decode().replace(" ", "").lower().split(":")) if signed else set()
        if not {"from", "list-unsubscribe", "list-unsubscribe-post"} <= names:
            unsigned.append(to)
        if not re.search(rb"by relay\.shop\.example \(Postfix\) with ESMTPS", unfolded):
            plain.append(to)
    checks.nothing("List-Unsubscribe and List-Unsubscribe-Post are signed", unsigned)
    checks.nothing("the way to Postfix was encrypted", plain)


def tampered(mail):
    """The same mail after somebody changed it: `what: text`."""
    return {
        "unsubscribe header": mail.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        "sender": mail.replace(b"<news@", b"<mews@"),
        "body": mail[:-2] + b"more\r\n",
    }


def by_dkimpy(checks, texts, key, algorithm):
    def txt(asked, timeout=5):
        asked = asked.decode() if isinstance(asked, bytes) else asked
        return key["dns_record"].encode() if asked.rstrip(".") == key["dns_name"] else None

    bad = [to for to, mail in texts if not dkim.verify(mail, dnsfunc=txt)]
    changed = [(to, what) for to, mail in texts for what, text in tampered(mail).items() if dkim.verify(text, dnsfunc=txt)]
    checks.nothing(f"{algorithm}: every signature verifies behind Postfix (dkimpy)", bad)
    checks.nothing(f"{algorithm}: a change breaks the signature (dkimpy)", changed)


def by_opendkim(checks, texts, key, algorithm, folder):
    os.makedirs(folder)
    given = {}
    for number, (_, mail) in enumerate(texts):
        given[f"{number} as it came"] = mail
        if number < TAMPERED:
            given |= {f"{number} with another {what}": text for what, text in tampered(mail).items()}
    files = {name: os.path.join(folder, f"{name.replace(' ', '-')}.eml") for name in given}
    for name, path in files.items():
        with open(path, "wb") as file:
            file.write(given[name])
    said = opendkim.verify(os.path.join(folder, "scratch"), {key["dns_name"]: key["dns_record"]}, files)
    whole = {name: answer for name, answer in said.items() if name.endswith("as it came")}
    changed = {name: answer for name, answer in said.items() if name not in whole}
    wrong = [f"{name}: {answer}" for name, answer in whole.items() if answer]
    unseen = [f"{name}: {answer}" for name, answer in changed.items() if "Bad signature" not in answer]
    checks.same(f"{algorithm}: opendkim-testmsg was asked about every mail", (len(whole), len(changed)),
                (PEOPLE, TAMPERED * len(tampered(b""))))
    checks.nothing(f"{algorithm}: every signature verifies behind Postfix (opendkim-testmsg)", wrong)
    checks.nothing(f"{algorithm}: a change breaks the signature (opendkim-testmsg)", unseen)


def signatures(run, sink, mails, key):
    checks, texts, algorithm = run.checks, of_people(sink, mails), key["algorithm"]
    envelope(checks, texts)
    by_dkimpy(checks, texts, key, algorithm)
    why_not = opendkim.missing()
    if why_not:
        print(f"skipped: {algorithm}: opendkim-testmsg cannot run here: {why_not}")
    else:
        by_opendkim(checks, texts, key, algorithm, os.path.join(run.folder, f"opendkim-{algorithm}"))


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

    found = program.clock.wait_for("Postfix's delivery reports", all_there, every=0.2)
    checks.same("one report for each refused address", len(found), REFUSED)
    checks.nothing("reports go to the return path", [to for to, _, _ in found if not to.endswith(f"@{BOUNCES}")])
    results = [post_raw(program, "/api/v1/senders/bounces", sink.read(name))["classified"] for _, _, name in found]
    read = sorted((one["address"], one["kind"], one["action"]) for result in results for one in result)
    checks.same("each is read as a hard bounce", read, sorted((address, "hard", "recorded") for address in refused()))
    again = post_raw(program, "/api/v1/senders/bounces", sink.read(found[0][2]))["classified"]
    checks.same("the same report again changes nothing", [one["action"] for one in again], ["nothing"])
    program.caught_up()


def first_campaign(run, program, sink, segment, key):
    """Signed with RSA; some addresses bounce."""
    checks = run.checks
    first, review, progress = campaign(program, segment, "First")
    checks.same("the first campaign goes to everybody", review["recipients"], PEOPLE + REFUSED)
    checks.same("Postfix takes all of it", progress["sent"], PEOPLE + REFUSED)
    program.clock.wait_for("the mails", lambda: len(sink.mails()) >= PEOPLE + REFUSED, every=0.2)
    mails = sink.mails()
    once_each(checks, mails, "first")
    signatures(run, sink, mails, key)
    reports(program, checks, sink)
    bounced = program.api.call("GET", f"/api/v1/campaigns/{first}/progress")
    checks.same("the report counts them", (bounced["bounced"], bounced["sent"]), (REFUSED, PEOPLE))


def second_campaign(run, program, sink, segment):
    """Signed with Ed25519; goes to whom the first one reached."""
    checks, key = run.checks, new_key(program, "t2", "ed25519")
    before, tried = len(sink.mails()), len(sink.refusals())
    _, review, progress = campaign(program, segment, "Second")
    left_out = {item["reason"]: item["count"] for item in review["exclusions"]}
    checks.same("the next campaign leaves the addresses out as suppressed", left_out, {"suppressed": REFUSED})
    checks.same("and goes to the others", (review["recipients"], progress["sent"]), (PEOPLE, PEOPLE))
    program.clock.wait_for("the second campaign's mails", lambda: len(sink.mails()) >= before + PEOPLE, every=0.2)
    time.sleep(QUIET_SECONDS)
    mails = sink.mails()[before:]
    once_each(checks, mails, "second")
    signatures(run, sink, mails, key)
    checks.same("nothing was tried at the suppressed addresses", len(sink.refusals()), tried)


def through_postfix(run):
    os.makedirs(run.folder)
    chance = seeded(f"{run.seed} mail")
    sink = run.keep(Sink(os.path.join(run.folder, "sink"), chance))
    postfix = run.keep(Postfix(os.path.join(run.folder, "postfix"), free_port(chance), sink.port))
    postfix.start()
    program = run.keep(Program(run.binary, os.path.join(run.folder, "tutti"), chance, run.clock))
    program.start()
    segment = prepare(program, postfix)
    first_campaign(run, program, sink, segment, new_key(program, "t1", "rsa"))
    second_campaign(run, program, sink, segment)
    run.checks.same("it stops cleanly when asked", program.stop(), 0)


def main():
    why_not = Postfix.missing()
    if why_not:
        print(f"skipped: {why_not}")
        return 1 if os.environ.get("CI") else 0
    return run_test("mail", {"mail": through_postfix}, RUN_SECONDS_MAX)


if __name__ == "__main__":
    sys.exit(main())
