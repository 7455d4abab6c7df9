"""Starting, killing and asking the real program; counting checks."""
import base64
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

READY_SECONDS = 30
REQUEST_SECONDS = 20
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

    def wait_for(self, what, condition, seconds=60.0, every=0.1):
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
        self.binary, self.data, self.clock = binary, os.path.join(folder, "data"), clock
        self.folder, self.port, self.process = folder, free_port(chance), None
        self.log = os.path.join(folder, "log")
        self.kills, self.lock = 0, threading.Lock()
        # A variable of the caller must not change what is tested.
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("TUTTI_")}
        self.env.update(settings or {})
        os.makedirs(folder)
        admin = ["--email", "owner@crash.example", "--password", "".join(chance.choices("abcdefgh23456789", k=16))]
        self.command("user", "create-admin", *admin)
        key = json.loads(self.command("key", "create", "--name", "crash"))["key"]
        self.authorization = f"Bearer {key}"
        self.api = Client(self.port, self.authorization)

    def command(self, *words):
        line = [self.binary, *words, "--json", "--data-dir", self.data]
        done = subprocess.run(line, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"tutti {' '.join(words[:2])} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

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
        self.process.kill()
        self.process.wait()
        self.api.close()
        self.kills += 1

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.api.close()
        return code

    def caught_up(self):
        """Waits until everything accepted was taken by the views."""
        def empty():
            health = self.api.call("GET", "/api/v1/health")
            return health["pipeline"]["backlog_bytes"] == 0 and health["inbox"]["queued_bytes"] == 0
        self.clock.wait_for("the pipeline to catch up", empty, 60)

    def source(self):
        """A client that sends events with a write key of its own."""
        key = self.api.call("POST", "/api/v1/sources", {"name": "crash", "kind": "server"})["write_key"]
        token = base64.b64encode(f"{key}:".encode()).decode()
        return lambda: Client(self.port, f"Basic {token}")

    def tail(self, lines=15):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:])

    def end(self):
        """Whatever happened: no process of ours stays."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def seeded(text):
    """Chance that the seed and a name decide: threads cannot disturb each other's."""
    return random.Random(text)
