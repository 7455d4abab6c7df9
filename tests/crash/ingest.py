"""Killed while events come in: what was acknowledged is there exactly once, what was sent again counts once.

Every event is a track of a user of its own, so that counting customers counts events.
"""
import http.client
import threading
import time

from harness import Program, seeded

KILLS = 10
KILLS_AT_START = 3
WRITERS = 5
EVENT = "Crash Counted"
BATCH_EVENTS = (1, 10)
PAUSE_SECONDS = (0.005, 0.04)
RUN_SECONDS = (0.15, 2.4)
MOMENT_SECONDS = (0.0, 0.003)
# How long it is left alone after the last kill.
AFTERWARDS_SECONDS = 0.3
# How long a writer may take for its last request.
WRITER_SECONDS = 90
# So that kills also hit the moment at which the history is stored.
SETTINGS = {"TUTTI_LAKE__FLUSH_SECONDS": "1"}
# Of the batches that got no answer: how many are never sent again.
GIVEN_UP = 0.3
# How often a batch that was acknowledged is sent once more.
REPEATED = 0.1
# Names in one question to the audience engine.
NAMES_ASKED = 2_000


class Writer(threading.Thread):
    """Sends batches until told to stop; remembers what became of each."""

    def __init__(self, number, seed, client, stop):
        super().__init__(daemon=True)
        self.number, self.chance, self.client, self.stop = number, seeded(f"{seed} writer {number}"), client, stop
        self.acknowledged, self.given_up, self.retried = [], [], 0
        self.stored_before_answer, self.repeated, self.not_duplicates, self.problems = 0, 0, [], []
        # From when to when requests took that got no answer.
        self.unanswered, self.asking = [], False
        self.next_event = 0

    def new_batch(self):
        count = self.chance.randint(*BATCH_EVENTS)
        names = [f"w{self.number}-{self.next_event + i}" for i in range(count)]
        self.next_event += count
        return names

    def post(self, names):
        """The answer, or None when there was none."""
        items = [
            {"type": "track", "event": EVENT, "userId": name, "messageId": f"msg-{name}", "properties": {"name": name}}
            for name in names
        ]
        began, self.asking = time.monotonic(), True
        try:
            status, answer = self.client.request("POST", "/v1/batch", {"batch": items})
        except (OSError, http.client.HTTPException):
            self.unanswered.append((began, time.monotonic()))
            return None
        finally:
            self.asking = False
        if status != 200 or answer["accepted"] != len(names) or answer["rejected"]:
            if status not in (429, 503):
                self.problems.append(f"{status} {answer}")
            return None
        return answer

    def send_until_answered(self, names):
        """False when the batch was given up without an answer."""
        answer, asked = self.post(names), 1
        if answer is None and self.chance.random() < GIVEN_UP:
            return False
        while answer is None:
            if self.stop.is_set():
                return False
            time.sleep(0.02)
            answer, asked = self.post(names), asked + 1
        self.retried += asked > 1
        self.stored_before_answer += asked > 1 and answer["duplicates"] > 0
        if asked == 1 and answer["duplicates"]:
            self.problems.append(f"new events called duplicates: {names} {answer}")
        return True

    def run(self):
        try:
            self.write()
        except Exception as error:
            self.problems.append(f"writer {self.number} ended: {error!r}")
        finally:
            self.client.close()

    def write(self):
        while not self.stop.is_set():
            names = self.new_batch()
            if self.send_until_answered(names):
                self.acknowledged.append(names)
            else:
                self.given_up.append(names)
            if self.acknowledged and self.chance.random() < REPEATED:
                old = self.chance.choice(self.acknowledged)
                answer = self.post(old)
                self.repeated += answer is not None
                if answer is not None and answer["duplicates"] != len(old):
                    self.not_duplicates.append((old[0], answer["duplicates"], len(old)))
            time.sleep(self.chance.uniform(*PAUSE_SECONDS))


class Writers:
    """Writers at work, and what became of their events."""

    def __init__(self, count, seed, program):
        self.stop = threading.Event()
        client = program.source()
        self.all = [Writer(number, seed, client(), self.stop) for number in range(count)]
        for writer in self.all:
            writer.start()

    def acknowledged(self):
        return {name for writer in self.all for batch in list(writer.acknowledged) for name in batch}

    def given_up(self):
        """Neither acknowledged nor sent again: nobody can know whether they are there."""
        return {name for writer in self.all for batch in list(writer.given_up) for name in batch}

    def cut_off(self, moments):
        """Requests that were under way at one of these moments and got no answer."""
        spans = [span for writer in self.all for span in writer.unanswered]
        return sum(any(began < moment <= ended for moment in moments) for began, ended in spans)

    def finish(self, checks):
        """Lets them end."""
        self.end()
        checks.nothing("all writers got their answers", [str(writer.number) for writer in self.all if writer.is_alive()])
        checks.nothing("requests are answered 200 or not at all", [p for writer in self.all for p in writer.problems])

    def end(self):
        self.stop.set()
        for writer in self.all:
            writer.join(timeout=WRITER_SECONDS)


def hammer(program, writers, seed):
    """Ten kills while writers write, and some while the program starts."""
    chance = seeded(f"{seed} ingest kills")
    at_start = set(chance.sample(range(KILLS), KILLS_AT_START))
    for round_ in range(KILLS):
        time.sleep(chance.uniform(*RUN_SECONDS))
        # However fast the machine is: most kills meet a request.
        program.clock.wait_for("a request", lambda: any(writer.asking for writer in writers.all), every=0.0002)
        time.sleep(chance.uniform(*MOMENT_SECONDS))
        program.kill()
        if round_ in at_start:
            program.start(wait=False)
            time.sleep(chance.uniform(0.0, 0.15))
            program.kill()
        program.start()
    time.sleep(AFTERWARDS_SECONDS)


def count_by_api(program, checks, acknowledged, given_up):
    """What the public API says. The number of events that are there."""
    program.caught_up()
    api = program.api

    def customers(op, value, names=None):
        event = {"name": EVENT, "op": "performed", "count": {"op": op, "value": value}}
        if names is not None:
            event["where"] = [{"property": "name", "op": "in", "value": names}]
        return api.call("POST", "/api/v1/segments/count?sample=0", {"condition": {"event": event}})["count"]

    def once(names):
        names = sorted(names)
        return sum(customers("exactly", 1, names[at:at + NAMES_ASKED]) for at in range(0, len(names), NAMES_ASKED))

    total = customers("at_least", 1)
    checks.same("every acknowledged event is there, once", once(acknowledged), len(acknowledged))
    checks.same("nothing is there that was never sent", total, len(acknowledged) + once(given_up))
    checks.same("no customer has an event twice", customers("at_least", 2), 0)
    counted = [item["events"] for item in api.pages("/api/v1/profiles?sort=created")]
    checks.same("a customer exists once", len(counted), total)
    checks.same("the profiles count one event each", set(counted), {1})
    names = {item["name"]: item["count"] for item in api.call("GET", "/api/v1/events/names")["items"]}
    checks.same("the number of events is theirs", names.get(EVENT), total)
    return total


def count_in_history(program, checks, acknowledged, given_up, total):
    """The Delta table, read by a reader that is not ours."""
    import polars

    checks.same("it stops cleanly when asked", program.stop(), 0)
    table = polars.scan_delta(program.data + "/lake").filter(polars.col("name") == EVENT)
    ids = table.select("message_id").collect()["message_id"].to_list()
    names = {message_id.removeprefix("msg-") for message_id in ids}
    checks.same("the history holds each event once", len(ids), len(names))
    checks.nothing("the history lacks no acknowledged event", acknowledged - names)
    checks.nothing("the history has nothing that was never sent", names - acknowledged - given_up)
    checks.same("the history and the views agree", len(names), total)


def killed_while_taking(run):
    program = run.keep(Program(run.binary, run.folder, seeded(f"{run.seed} ingest"), run.clock, SETTINGS))
    checks = run.checks
    program.start()
    writers = run.keep(Writers(WRITERS, run.seed, program))
    hammer(program, writers, run.seed)
    writers.finish(checks)
    acknowledged, given_up, cut_off = writers.acknowledged(), writers.given_up(), writers.cut_off(program.killed_at)
    retried, stored = sum(w.retried for w in writers.all), sum(w.stored_before_answer for w in writers.all)
    print(f"        {program.kills} kills, {len(acknowledged)} events acknowledged, {cut_off} requests cut off, {retried} "
          f"batches sent again ({stored} of them were stored before), {len(given_up)} events given up without an answer")
    checks.check("it was killed in the middle", cut_off > 0, "no request was cut off")
    checks.check("answered batches were sent again", sum(w.repeated for w in writers.all) > KILLS, "too few")
    checks.nothing("acknowledged events are known after a kill", [str(n) for w in writers.all for n in w.not_duplicates])
    total = count_by_api(program, checks, acknowledged, given_up)
    count_in_history(program, checks, acknowledged, given_up, total)
