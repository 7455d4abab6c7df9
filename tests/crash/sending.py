"""Killed while a campaign goes out over SMTP: nobody gets it twice, nobody is forgotten, and what nobody can know is
shown as unconfirmed."""
import collections
import os
import time

from harness import Program, Script, free_port, seeded

KILLS = 10
KILLS_AT_START = 3
RECIPIENTS = 900
REFUSED = 30
UNSUBSCRIBED = 20
RATE_PER_SECOND = 45
# The last kill comes before this share of the audience is done, at a moment within so many seconds.
KILLED_UNTIL = 0.9
MOMENT_SECONDS = (0.0, 0.1)
BATCH = 200
# How long nothing more may arrive after the end.
QUIET_SECONDS = 2.0
PARTS = ("pending", "sending", "sent", "delivered", "bounced", "failed", "skipped", "unconfirmed")
MESSAGE = {
    "subject": "To {{ customer.email }}", "kind": "html",
    "body": "<html><body><p>Hello {{ customer.email }}, <a href=\"https://shop.example/new\">new things</a>.</p></body></html>",
}


class Sink(Script):
    """The mail server."""

    def __init__(self, folder, chance):
        self.path, self.port = os.path.join(folder, "received"), free_port(chance)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sink.py")
        super().__init__(script, self.port, self.path, chance.randrange(1 << 30))

    def received(self):
        """(address, Message-ID) of everything accepted so far."""
        with open(self.path, encoding="utf-8") as file:
            return [tuple(line.rstrip("\n").split("\t")) for line in file]


def addresses():
    plain = [f"person{n}@mail{n % 7}.example" for n in range(RECIPIENTS)]
    refused = [f"refused{n}@mail{n % 7}.example" for n in range(REFUSED)]
    return plain + refused


def prepare(program, sink):
    """Customers with consent, sender settings, a segment; a draft's id and how many it goes to."""
    api, send = program.api, program.source()()
    everybody = addresses()
    for start in range(0, len(everybody), BATCH):
        batch = [
            {"type": "identify", "userId": address, "messageId": f"id-{address}", "traits": {"email": address},
             "context": {"consent": {"email": "subscribed"}}}
            for address in everybody[start:start + BATCH]
        ]
        send.call("POST", "/v1/batch", {"batch": batch})
    send.close()
    program.caught_up()
    smtp = {"host": "127.0.0.1", "port": sink.port, "tls": "none", "rate_per_second": RATE_PER_SECOND, "connections": 8}
    sender = {"channel": "smtp", "from_name": "Crash", "from_email": "news@crash.example",
              "postal_address": "Street 1, Town", "smtp": smtp}
    api.call("PUT", "/api/v1/senders", sender)
    segment = api.call("POST", "/api/v1/segments", {"name": "All", "condition": {"reachable": {"channel": "email"}}})
    draft = {"name": "Crash", "segment_id": segment["id"], "channel": "email", "message": MESSAGE}
    campaign = api.call("POST", "/api/v1/campaigns", draft)["id"]
    return campaign, api.call("GET", f"/api/v1/campaigns/{campaign}/review")["recipients"]


def unsubscribed():
    return {f"person{n}@mail{n % 7}.example" for n in range(RECIPIENTS - UNSUBSCRIBED, RECIPIENTS)}


def unsubscribe_some(program):
    """After the launch, so that the gate at the time of sending has to see it."""
    send = program.source()()
    last = sorted(unsubscribed())
    batch = [{"type": "track", "event": "Unsubscribed", "userId": address, "messageId": f"un-{address}",
              "properties": {"channel": "email"}} for address in last]
    send.call("POST", "/v1/batch", {"batch": batch})
    send.close()


def hammer(program, campaign, launched, seed, checks):
    """Ten kills while it sends, and some while the program recovers from one."""
    chance = seeded(f"{seed} sending kills")
    at_start = set(chance.sample(range(KILLS), KILLS_AT_START))
    path = f"/api/v1/campaigns/{campaign}/progress"
    in_the_middle, wrong_sums = 0, []

    def done_with(count):
        """The progress, once so many are done with: by that, and not by the clock, a slow machine is killed in the middle."""
        progress = program.api.call("GET", path)
        return progress if progress["audience"] - progress["pending"] - progress["sending"] >= count else None

    for round_ in range(KILLS):
        count = launched * KILLED_UNTIL * (round_ + chance.random()) / KILLS
        progress = program.clock.wait_for(f"{count:.0f} mails", lambda: done_with(count), every=0.05)
        time.sleep(chance.uniform(*MOMENT_SECONDS))
        in_the_middle += progress["pending"] + progress["sending"] > 0
        if sum(progress[part] for part in PARTS) != progress["audience"]:
            wrong_sums.append(str(progress))
        program.kill()
        if round_ in at_start:
            program.start(wait=False)
            time.sleep(chance.uniform(0.0, 0.2))
            program.kill()
        program.start()
    checks.same("it was killed in the middle of the sending", in_the_middle, KILLS)
    checks.nothing("the parts add up to the audience at any moment", wrong_sums)

    def finished():
        progress = program.api.call("GET", path)
        return progress if progress["state"] == "finished" else None

    return program.clock.wait_for("the campaign to finish", finished, every=0.2)


def nobody_twice(checks, received):
    by_address = collections.Counter(address for address, _ in received)
    by_message = collections.Counter(message for _, message in received)
    checks.nothing("nobody got it twice", [address for address, count in by_address.items() if count > 1])
    checks.nothing("no Message-ID came twice", [message for message, count in by_message.items() if count > 1])


def nobody_forgotten(program, checks, campaign, progress, received, launched):
    parts = {part: progress[part] for part in PARTS}
    print(f"        {program.kills} kills, {len(received)} mails received, {parts}")
    checks.same("everybody of the audience is somewhere", sum(parts.values()), launched)
    checks.same("the audience is the launched one", progress["audience"], launched)
    checks.same("nobody is left waiting", parts["pending"] + parts["sending"], 0)
    rows = list(program.api.pages(f"/api/v1/campaigns/{campaign}/recipients"))
    states = collections.defaultdict(set)
    for row in rows:
        states[row["state"]].add(row["address"])
    # Whoever withdrew consent before their turn to be queued came has no row; they count as skipped all the same.
    listed = collections.Counter(row["address"] for row in rows)
    unlisted = set(addresses()) - set(listed)
    checks.nothing("the list of recipients names nobody twice", [address for address, count in listed.items() if count > 1])
    checks.nothing("only who unsubscribed is not on the list", unlisted - unsubscribed())
    counted = {p: len(states[p]) for p in PARTS}
    counted["skipped"] += len(unlisted)
    checks.same("the list and the numbers agree", counted, parts)
    checks.nothing("who is not on the list got nothing", unlisted & {address for address, _ in received})
    got, sent = {address for address, _ in received}, states["sent"] | states["delivered"]
    checks.nothing("who is shown as sent has got it", sent - got)
    checks.nothing("who got it and is not shown as sent is unconfirmed", got - sent - states["unconfirmed"])
    checks.nothing("who is skipped or bounced got nothing", (states["skipped"] | states["bounced"]) & got)
    refused = {address for address in addresses() if address.startswith("refused")}
    checks.nothing("who was refused is bounced or unconfirmed", refused - states["bounced"] - states["unconfirmed"])
    checks.nothing("only who was refused bounced", states["bounced"] - refused)
    checks.nothing("nobody failed", states["failed"])
    # A kill can leave in doubt at most what was in hand at that moment.
    checks.check("unconfirmed are few", parts["unconfirmed"] <= program.kills * 16, parts["unconfirmed"])


def killed_while_sending(run):
    chance, checks = seeded(f"{run.seed} sending"), run.checks
    program = run.keep(Program(run.binary, run.folder, chance, run.clock))
    sink = run.keep(Sink(run.folder, chance))
    program.start()
    campaign, recipients = prepare(program, sink)
    checks.same("the review counts everybody", recipients, RECIPIENTS + REFUSED)
    program.api.call("POST", f"/api/v1/campaigns/{campaign}/launch", {"confirm_recipients": recipients})
    unsubscribe_some(program)
    progress = hammer(program, campaign, recipients, run.seed, checks)
    received = sink.received()
    nobody_twice(checks, received)
    nobody_forgotten(program, checks, campaign, progress, received, recipients)
    program.kill()
    program.start()
    time.sleep(QUIET_SECONDS)
    checks.same("nothing more goes out after the end", len(sink.received()), len(received))
    checks.same("it stops cleanly when asked", program.stop(), 0)
    checks.nothing("the doctor finds nothing", program.doctor())
