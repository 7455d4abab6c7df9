#!/usr/bin/env python3
"""kill -9 at random moments: while events come in, and while a campaign goes out.

    crash.py [--seed N] [--only ingest|sending]

TUTTI_BIN is the program under test. The same seed gives the same data and the same waits; the moment within the
program's work is the machine's. Needs aiosmtpd and polars (with deltalake), loopback only, and at most 150 seconds.
"""
import argparse
import os
import secrets
import shutil
import sys
import tempfile
import time
import traceback

import ingest
import sending
from harness import Checks, Clock

RUN_SECONDS_MAX = 145


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--only", choices=["ingest", "sending"])
    args = parser.parse_args()
    binary = os.path.abspath(os.environ["TUTTI_BIN"])
    print(f"seed {args.seed}", flush=True)
    started, clock, checks = time.monotonic(), Clock(RUN_SECONDS_MAX), Checks()
    scratch = tempfile.mkdtemp(prefix="tutti-crash.")
    for name, part in (("ingest", ingest), ("sending", sending)):
        if args.only in (None, name):
            print(f"── {name}", flush=True)
            try:
                part.run(binary, os.path.join(scratch, name), args.seed, clock, checks)
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
