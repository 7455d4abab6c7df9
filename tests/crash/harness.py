"""What the tests of the real program share: starting, killing and asking it, counting checks, and the run as a whole.

A test is a table of parts. A part is given a `Run`, tells it what it started (`keep`), and `run_test` does the rest:
arguments, the scratch folder, ending what was started whatever happened, the result.
"""
import argparse
import base64
import http.client
import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

# Limits only keep a test that hangs from hanging for ever: a machine many times slower stays within them.
READY_SECONDS = 120
REQUEST_SECONDS = 60
COMMAND_SECONDS = 180
STOP_SECONDS = 60
WAIT_SECONDS = 180.0
# What is shown of a line of a log.
LOG_LINE_CHARS = 300
# Below the ports the system gives to outgoing connections, so that nobody takes ours while the program is dead.
PORTS = (20_000, 32_000)


class OutOfTime(Exception):
    """The whole run has a limit; what waits says what it waited for."""


class Clock:
    """Seconds left of the whole run."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self):
        return self.end - time.monotonic()

    def wait_for(self, what, condition, seconds=WAIT_SECONDS, every=0.1):
        """The first true answer of `condition`."""
        end = min(self.end, time.monotonic() + seconds)
        while True:
            answer = condition()
            if answer:
                return answer
            if time.monotonic() > end:
                raise OutOfTime(f"waited too long for {what}")
            time.sleep(every)


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, holds, seen=""):
        """Counts; a failed check says what was seen."""
        if holds:
            self.passed += 1
            print(f"ok      {name}")
        else:
            self.failed += 1
            print(f"FAILED  {name}: {seen}")
        sys.stdout.flush()

    def same(self, name, seen, wanted):
        self.check(name, seen == wanted, f"{seen!r}, not {wanted!r}")

    def nothing(self, name, offenders):
        """The list must be empty."""
        offenders = sorted(offenders)
        self.check(name, not offenders, f"{len(offenders)}, such as {offenders[:5]}")


def free_port(chance):
    for _ in range(100):
        port = chance.randint(*PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")


class Client:
    """One kept connection. Any failure of it is an `OSError` or `http.client.HTTPException`."""

    def __init__(self, port, authorization):
        self.port, self.authorization, self.connection = port, authorization, None

    def request(self, method, path, body=None):
        """Status and JSON of the answer."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
        headers = {"authorization": self.authorization, "content-type": "application/json"}
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return response.status, json.loads(text) if text[:1] in (b"{", b"[") else text.decode()

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def call(self, method, path, body=None):
        """The answer of a request that has to succeed."""
        status, answer = self.request(method, path, body)
        if not 200 <= status < 300:
            raise RuntimeError(f"{method} {path} answered {status}: {answer}")
        return answer

    def pages(self, path):
        """All items of a paged list."""
        cursor, sign = None, "&" if "?" in path else "?"
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            page = self.call("GET", f"{path}{sign}limit=500{more}")
            yield from page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return


class Program:
    """One installation: a data folder, a port, and at most one process, which is killed by its own id only."""

    def __init__(self, binary, folder, chance, clock, settings=None):
        self.place(binary, folder, chance, clock, settings)
        admin = ["--email", "owner@crash.example", "--password", "".join(chance.choices("abcdefgh23456789", k=16))]
        self.command("user", "create-admin", *admin)
        key = json.loads(self.command("key", "create", "--name", "crash"))["key"]
        self.authorization = f"Bearer {key}"
        self.api = Client(self.port, self.authorization)

    def place(self, binary, folder, chance, clock, settings=None):
        """Everything but users and keys: where it lives, where it listens, what it is told."""
        self.binary, self.data, self.clock = binary, os.path.join(folder, "data"), clock
        self.folder, self.port, self.process = folder, free_port(chance), None
        self.log, self.killed_at = os.path.join(folder, "log"), []
        # A variable of the caller must not change what is tested.
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("TUTTI_")}
        self.env.update(settings or {})
        os.makedirs(folder)

    @property
    def kills(self):
        return len(self.killed_at)

    def ask(self, *words):
        """A command that may fail: exit code, output and errors."""
        line = [self.binary, *words, "--json", "--data-dir", self.data]
        return subprocess.run(line, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=COMMAND_SECONDS)

    def command(self, *words):
        """The output of a command that has to succeed."""
        done = self.ask(*words)
        if done.returncode != 0:
            raise RuntimeError(f"tutti {' '.join(words[:2])} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def doctor(self):
        """What the doctor finds wrong. It asks no DNS: these senders are nobody's."""
        done = self.ask("doctor", "--no-dns")
        findings = json.loads(done.stdout)["findings"]
        wrong = [f"{one['what']} {one['where']}: {one['detail']}" for one in findings if not one["ok"]]
        if not findings or (done.returncode != 0) != bool(wrong):
            wrong.append(f"{len(findings)} findings, exit code {done.returncode}: {done.stderr}")
        return wrong

    def start(self, wait=True):
        line = [self.binary, "serve", "--data-dir", self.data, "--listen", f"127.0.0.1:{self.port}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(line, cwd=self.folder, env=self.env, stdout=log, stderr=log)
        if wait:
            self.clock.wait_for("the program to be ready", self.is_ready, READY_SECONDS, 0.02)

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the program ended by itself with {self.process.returncode}")
        probe = Client(self.port, self.authorization)
        try:
            return probe.request("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            probe.close()

    def kill(self):
        """kill -9, and nothing else may have ended it before."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the program ended by itself with {self.process.returncode}")
        self.killed_at.append(time.monotonic())
        self.process.kill()
        self.process.wait()
        self.api.close()

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=STOP_SECONDS)
        self.api.close()
        return code

    def caught_up(self):
        """Waits until everything accepted was taken by the views."""
        def empty():
            health = self.api.call("GET", "/api/v1/health")
            return health["pipeline"]["backlog_bytes"] == 0 and health["inbox"]["queued_bytes"] == 0
        self.clock.wait_for("the pipeline to catch up", empty)

    def source(self):
        """A client that sends events with a write key of its own."""
        key = self.api.call("POST", "/api/v1/sources", {"name": "crash", "kind": "server"})["write_key"]
        token = base64.b64encode(f"{key}:".encode()).decode()
        return lambda: Client(self.port, f"Basic {token}")

    def tail(self, lines=15):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "\n".join(line.rstrip()[:LOG_LINE_CHARS] for line in log.readlines()[-lines:])

    def end(self):
        """Whatever happened: no process of ours stays."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def seeded(text):
    """Chance that the seed and a name decide: threads cannot disturb each other's."""
    return random.Random(text)


class Script:
    """A Python program of the tests in a process of its own: it lives on when the program under test is killed. It says
    `ready` when it is."""

    def __init__(self, path, *words):
        line = [sys.executable, "-B", path, *map(str, words)]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            self.end()
            raise RuntimeError(f"{path} did not start")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Run:
    """What a part of a test is given, and what it started."""

    def __init__(self, binary, folder, seed, clock, checks):
        self.binary, self.folder, self.seed, self.clock, self.checks = binary, folder, seed, clock, checks
        self.kept = []

    def keep(self, thing):
        """Ended (`end`) when the part ends, the last first; what it has to say (`tail`) is shown when something failed."""
        self.kept.append(thing)
        return thing

    def end(self):
        failed = self.checks.failed
        for thing in reversed(self.kept):
            name = type(thing).__name__
            if failed and hasattr(thing, "tail"):
                print(f"── the end of the log of {name}\n{thing.tail()}", flush=True)
            try:
                thing.end()
            except Exception as error:
                self.checks.check(f"{name} was ended", False, error)


def run_part(name, part, run):
    try:
        part(run)
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        run.checks.check(f"{name} ran to its end", False, error)
    finally:
        run.end()


def arguments(parts):
    """`--seed N`, and `--only PART` where there are several."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    if len(parts) > 1:
        parser.add_argument("--only", choices=list(parts))
    return parser.parse_args()


def run_test(name, parts, seconds):
    """Runs the parts (`name: function of a Run`) of a test within so many seconds. The exit code: 0 when something was
    checked and nothing failed."""
    given = arguments(parts)
    only, binary = getattr(given, "only", None), os.path.abspath(os.environ["TUTTI_BIN"])
    print(f"seed {given.seed}", flush=True)
    # Whoever ends the test ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    started, clock, checks, whole = time.monotonic(), Clock(seconds), Checks(), False
    scratch = tempfile.mkdtemp(prefix=f"tutti-{name}.")
    # Postfix works in it as a user of its own.
    os.chmod(scratch, 0o755)
    try:
        for part in parts if only is None else [only]:
            if len(parts) > 1:
                print(f"── {part}", flush=True)
            run_part(part, parts[part], Run(binary, os.path.join(scratch, part), given.seed, clock, checks))
        whole = True
    finally:
        if whole and not checks.failed:
            shutil.rmtree(scratch)
        else:
            print(f"the data folders and logs are kept in {scratch}; again with --seed {given.seed}", flush=True)
    print(f"in {time.monotonic() - started:.0f} s")
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed or not checks.passed else 0
