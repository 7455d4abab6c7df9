#!/usr/bin/env python3
"""`tutti backup` while events come in and a campaign goes out; the copy is restored elsewhere, started, and compared.

    backup.py [--seed N] [--only sqlite|postgres]

TUTTI_BIN is the program under test; TUTTI_TEST_POSTGRES, when set, is a server on which databases may be made. Needs
aiosmtpd and, for PostgreSQL, createdb, dropdb, pg_dump and pg_restore; loopback only.
"""
import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
import ingest  # noqa: E402
import sending  # noqa: E402
from harness import Checks, Client, Clock, Program, free_port, seeded  # noqa: E402

RUN_SECONDS_MAX = 170
WRITERS = 3
# What runs before the backup, so that there is something to lose.
WARM_UP_SECONDS = 3
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
        self.binary, self.data, self.clock = original.binary, os.path.join(folder, "data"), clock
        self.folder, self.process, self.log = folder, None, os.path.join(folder, "log")
        self.port, self.kills, self.lock = free_port(chance), 0, threading.Lock()
        self.env = {**{n: v for n, v in os.environ.items() if not n.startswith("TUTTI_")}, **settings}
        os.makedirs(folder)
        self.answer = self.command("restore", backup)
        self.authorization = original.authorization
        self.api = Client(self.port, self.authorization)


def writers_of(program, seed, stop):
    """Threads that send events; each knows what was acknowledged."""
    client = program.source()
    threads = [ingest.Writer(number, f"{seed} backup", client(), stop) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    return threads


def acknowledged(threads):
    return {name for thread in threads for names in list(thread.acknowledged) for name in names}


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
    clock.wait_for("the copy's campaign to finish", lambda: progress_of(copy, campaign)["state"] == "finished", 60)
    sending.nobody_twice(checks, sink.received())
    after = progress_of(copy, campaign)
    checks.same("a resume sends nothing of what the original may have sent", len(sink.received()), received)
    checks.check("the copy claims no more than the original did", after["sent"] <= finished["sent"], (after, finished))


def run(binary, folder, seed, clock, checks, server):
    chance = seeded(f"{seed} backup {bool(server)}")
    os.makedirs(folder)
    databases = [Postgres(server, f"tutti_backup_{chance.randrange(1 << 30)}_{n}") for n in range(2)] if server else []
    settings = [{"TUTTI_LAKE__FLUSH_SECONDS": "1"} for _ in range(2)]
    for one, database in zip(settings, databases):
        one["TUTTI_DATABASE_URL"] = database.url
    stop, sink, copy = threading.Event(), None, None
    program = Program(binary, os.path.join(folder, "original"), chance, clock, settings[0])
    try:
        sink = sending.Sink(folder, chance)
        program.start()
        campaign, recipients = sending.prepare(program, sink)
        program.api.call("POST", f"/api/v1/campaigns/{campaign}/launch", {"confirm_recipients": recipients})
        threads = writers_of(program, seed, stop)
        time.sleep(WARM_UP_SECONDS)
        before = acknowledged(threads)
        at_start = progress_of(program, campaign)
        backup = os.path.join(folder, "copy")
        print("       ", program.command("backup", backup).strip())
        at_end = progress_of(program, campaign)
        checks.check("the campaign was going out while the backup was made",
                     at_start["pending"] > 0 and at_end["pending"] > 0, (at_start, at_end))
        checks.check("events came in while the backup was made", len(acknowledged(threads)) > len(before) > 0, len(before))
        checks.nothing("the backup leaves nothing in the data folder",
                       [name for name in os.listdir(program.data) if name.startswith(".backup")])
        finished = clock.wait_for("the original to finish", lambda: (lambda p: p if p["state"] == "finished" else None)(
            progress_of(program, campaign)), 90, 0.2)
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
        checks.nothing("the writers had no trouble", [problem for thread in threads for problem in thread.problems])
        ever = acknowledged(threads) | {n for thread in threads for names in thread.given_up for n in names}
        checks.same("the original stops cleanly", program.stop(), 0)
        copy = Restored(program, backup, os.path.join(folder, "restored"), chance, clock, settings[1])
        print("       ", copy.answer.strip())
        copy.start()
        nothing_lost(checks, copy, before, ever)
        sends_nothing_twice(checks, copy, campaign, sink, clock, finished)
        checks.same("the copy stops cleanly", copy.stop(), 0)
        copy.command("doctor", "--no-dns")
        checks.check("the doctor finds nothing in the copy", True)
        damage(checks, copy, backup, folder)
    except Exception:
        print(program.tail())
        if copy:
            print(copy.tail())
        raise
    finally:
        stop.set()
        for one in filter(None, (program, copy, sink)):
            one.end()
        for database in databases:
            database.end()


def damage(checks, copy, backup, folder):
    """A backup in which a byte is wrong is not restored at all."""
    path = os.path.join(backup, "instance.key")
    with open(path, "r+b") as file:
        byte = file.read(1)
        file.seek(0)
        file.write(bytes([byte[0] ^ 1]))
    target = os.path.join(folder, "damaged")
    line = [copy.binary, "restore", backup, "--data-dir", target]
    done = subprocess.run(line, cwd=folder, env=copy.env, capture_output=True, text=True, timeout=60)
    checks.check("a damaged backup is refused by name", done.returncode != 0 and "instance.key" in done.stderr, done.stderr)
    checks.check("and nothing of it is restored", not os.path.exists(target), target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    args = parser.parse_args()
    binary, server = os.path.abspath(os.environ["TUTTI_BIN"]), os.environ.get("TUTTI_TEST_POSTGRES")
    print(f"seed {args.seed}", flush=True)
    started, clock, checks = time.monotonic(), Clock(RUN_SECONDS_MAX), Checks()
    scratch = tempfile.mkdtemp(prefix="tutti-backup.")
    parts = [("sqlite", None)] + ([("postgres", server)] if server else [])
    for name, database in parts:
        if args.only in (None, name):
            print(f"── {name}", flush=True)
            try:
                run(binary, os.path.join(scratch, name), args.seed, clock, checks, database)
            except Exception as error:
                traceback.print_exc(file=sys.stdout)
                checks.check(f"{name} ran to its end", False, error)
    if checks.failed:
        print(f"the data folders and logs are kept in {scratch}; again with --seed {args.seed}")
    else:
        shutil.rmtree(scratch)
    print(f"in {time.monotonic() - started:.0f} s")
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
