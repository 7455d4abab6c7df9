#!/usr/bin/env python3
"""Makes a golden store: what the program of today leaves in SQLite, small, without sessions, keys and passwords.

    TUTTI_BIN=target/debug/tutti crates/server/tests/golden/make-store.py store-0002.db.gz

A store is made once per schema, before the next migration is written, and never made again: `golden.rs` opens each of
them with the program of its day.
"""
import gzip
import os
import shutil
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../../../tests", name) for name in ("crash", "erase")]
import erase  # noqa: E402
from harness import Clock, Program, seeded  # noqa: E402

SECONDS_MAX = 100


def main():
    target = os.path.join(HERE, sys.argv[1])
    if os.path.exists(target):
        sys.exit(f"{target} is there: a golden store is never made again")
    folder, clock, erase.OTHERS = tempfile.mkdtemp(), Clock(SECONDS_MAX), 2
    program = Program(os.path.abspath(os.environ["TUTTI_BIN"]), os.path.join(folder, "shop"), seeded("golden"), clock)
    people = [erase.Person("eerste"), erase.Person("tweede")]
    try:
        program.start()
        erase.plant(program, clock, people)
        erase.send_campaign(program, clock, people)
        program.stop()
    finally:
        program.end()
    store = os.path.join(program.data, "tutti.db")
    database = sqlite3.connect(store, isolation_level=None)
    for statement in ("DELETE FROM session", "DELETE FROM login_link", "DELETE FROM api_key",
                      "UPDATE account SET password_hash = NULL", "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"):
        database.execute(statement)
    database.close()
    with open(store, "rb") as file, open(target, "wb") as out:
        with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packed:
            packed.write(file.read())
    shutil.rmtree(folder)
    print(f"{target}: {os.path.getsize(target)} bytes")


if __name__ == "__main__":
    main()
