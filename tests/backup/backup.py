#!/usr/bin/env python3
"""`tutti backup` while events come in and a campaign goes out; the copy is restored elsewhere, started, and compared.

    backup.py [--seed N] [--only sqlite|postgres]

TUTTI_BIN is the program under test; TUTTI_TEST_POSTGRES, when set, is a server on which databases may be made. Needs
aiosmtpd and, for PostgreSQL, createdb, dropdb, pg_dump and pg_restore; loopback only.
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
import ingest  # noqa: E402
import sending  # noqa: E402
from harness import COMMAND_SECONDS, Client, Program, run_test, seeded  # noqa: E402

RUN_SECONDS_MAX = 900
WRITERS = 3
# What there is before the backup, so that there is something to lose; mails of which many are to follow.
EVENTS_BEFORE = 200
MAILS_BEFORE = 100
# How long the copy has to show that it sends nothing by itself.
QUIET_SECONDS = 4


class Postgres:
    """A database of our own, dropped at the end."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.url = server.rsplit("/", 1)[0] + "/" + name
        subprocess.run(["createdb", f"--maintenance-db={server}", name], check=True)

    def end(self):
        subprocess.run(["dropdb", "--force", "--if-exists", f"--maintenance-db={self.server}", self.name], check=True)


class Restored(Program):
    """A program on a data folder that `tutti restore` filled; it has the original's users and keys."""

    def __init__(self, original, backup, folder, chance, clock, settings):
        self.place(original.binary, folder, chance, clock, settings)
        self.answer = self.command("restore", backup)
        self.authorization = original.authorization
        self.api = Client(self.port, self.authorization)


def counted(api, names):
    """How many of these events are there exactly once."""
    names, total = sorted(names), 0
    for at in range(0, len(names), ingest.NAMES_ASKED):
        where = [{"property": "name", "op": "in", "value": names[at:at + ingest.NAMES_ASKED]}]
        event = {"name": ingest.EVENT, "op": "performed", "count": {"op": "exactly", "value": 1}, "where": where}
        total += api.call("POST", "/api/v1/segments/count?sample=0", {"condition": {"event": event}})["count"]
    return total


def progress_of(program, campaign):
    return program.api.call("GET", f"/api/v1/campaigns/{campaign}/progress")


def finish(clock, program, campaign):
    """Where the campaign ended."""
    def finished():
        progress = progress_of(program, campaign)
        return progress if progress["state"] == "finished" else None
    return clock.wait_for("the campaign to finish", finished, every=0.2)


def nothing_lost(checks, copy, before, ever):
    copy.caught_up()
    checks.same("what was acknowledged before the backup is in the copy, once", counted(copy.api, before), len(before))
    event = {"name": ingest.EVENT, "op": "performed", "count": {"op": "at_least", "value": 1}}
    total = copy.api.call("POST", "/api/v1/segments/count?sample=0", {"condition": {"event": event}})["count"]
    checks.check("nothing is in the copy that was never sent", len(before) <= total <= len(ever), (total, len(ever)))
    names = {item["name"]: item["count"] for item in copy.api.call("GET", "/api/v1/events/names")["items"]}
    checks.same("views and history agree", names.get(ingest.EVENT), total)


def sends_nothing_twice(checks, copy, campaign, sink, clock, finished):
    """`finished`: where the original ended; the copy may not reach anybody it reached."""
    received = len(sink.received())
    before = progress_of(copy, campaign)
    print(f"        the copy: {before}")
    checks.same("the campaign stands still in the copy", before["state"], "paused")
    parts = sum(before[part] for part in sending.PARTS)
    checks.same("the parts add up to the audience in the copy", parts, before["audience"])
    time.sleep(QUIET_SECONDS)
    checks.same("the copy sends nothing by itself", len(sink.received()), received)
    checks.check("what was on its way is unconfirmed", before["unconfirmed"] > 0 and not before["sending"], before)
    copy.api.call("POST", f"/api/v1/campaigns/{campaign}/resume", {})
    after = finish(clock, copy, campaign)
    sending.nobody_twice(checks, sink.received())
    checks.same("a resume sends nothing of what the original may have sent", len(sink.received()), received)
    checks.check("the copy claims no more than the original did", after["sent"] <= finished["sent"], (after, finished))


def under_way(run, program, sink, campaign, writers):
    """Waits until there is something to lose; what was acknowledged by then, and the campaign."""
    def enough():
        return len(sink.received()) >= MAILS_BEFORE and len(writers.acknowledged()) >= EVENTS_BEFORE
    run.clock.wait_for("mails and events before the backup", enough)
    return writers.acknowledged(), progress_of(program, campaign)


def back_up(run, program, sink, campaign, writers):
    """The backup of a program at work: its folder, and what was acknowledged before it began."""
    checks, backup = run.checks, os.path.join(run.folder, "copy")
    before, at_start = under_way(run, program, sink, campaign, writers)
    print("       ", program.command("backup", backup).strip())
    at_end = progress_of(program, campaign)
    checks.check("the campaign was going out while the backup was made",
                 at_start["sent"] > 0 and at_end["pending"] > 0, (at_start, at_end))
    checks.check("events came in while the backup was made", len(writers.acknowledged()) > len(before) > 0, len(before))
    checks.nothing("the backup leaves nothing in the data folder",
                   [name for name in os.listdir(program.data) if name.startswith(".backup")])
    return backup, before


def run_on(run, server):
    chance, checks, clock = seeded(f"{run.seed} backup {bool(server)}"), run.checks, run.clock
    os.makedirs(run.folder)
    settings = [{"TUTTI_LAKE__FLUSH_SECONDS": "1"} for _ in range(2)]
    for number, one in enumerate(settings if server else []):
        database = run.keep(Postgres(server, f"tutti_backup_{chance.randrange(1 << 30)}_{number}"))
        one["TUTTI_DATABASE_URL"] = database.url
    program = run.keep(Program(run.binary, os.path.join(run.folder, "original"), chance, clock, settings[0]))
    sink = run.keep(sending.Sink(run.folder, chance))
    program.start()
    campaign, recipients = sending.prepare(program, sink)
    program.api.call("POST", f"/api/v1/campaigns/{campaign}/launch", {"confirm_recipients": recipients})
    writers = run.keep(ingest.Writers(WRITERS, f"{run.seed} backup", program))
    backup, before = back_up(run, program, sink, campaign, writers)
    finished = finish(clock, program, campaign)
    writers.finish(checks)
    checks.same("the original stops cleanly", program.stop(), 0)
    copy = run.keep(Restored(program, backup, os.path.join(run.folder, "restored"), chance, clock, settings[1]))
    print("       ", copy.answer.strip())
    copy.start()
    nothing_lost(checks, copy, before, writers.acknowledged() | writers.given_up())
    sends_nothing_twice(checks, copy, campaign, sink, clock, finished)
    checks.same("the copy stops cleanly", copy.stop(), 0)
    checks.nothing("the doctor finds nothing in the copy", copy.doctor())
    damage(checks, copy, backup, run.folder)


def damage(checks, copy, backup, folder):
    """A backup in which a byte is wrong is not restored at all."""
    path = os.path.join(backup, "instance.key")
    with open(path, "r+b") as file:
        byte = file.read(1)
        file.seek(0)
        file.write(bytes([byte[0] ^ 1]))
    target = os.path.join(folder, "damaged")
    line = [copy.binary, "restore", backup, "--data-dir", target]
    done = subprocess.run(line, cwd=folder, env=copy.env, capture_output=True, text=True, timeout=COMMAND_SECONDS)
    checks.check("a damaged backup is refused by name", done.returncode != 0 and "instance.key" in done.stderr, done.stderr)
    checks.check("and nothing of it is restored", not os.path.exists(target), target)


def on_sqlite(run):
    run_on(run, None)


def on_postgres(run):
    server = os.environ.get("TUTTI_TEST_POSTGRES")
    if server:
        run_on(run, server)
    else:
        print("skipped: TUTTI_TEST_POSTGRES names no server")


if __name__ == "__main__":
    sys.exit(run_test("backup", {"sqlite": on_sqlite, "postgres": on_postgres}, RUN_SECONDS_MAX))
