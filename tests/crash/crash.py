#!/usr/bin/env python3
"""kill -9 at random moments: while events come in, and while a campaign goes out.

    crash.py [--seed N] [--only ingest|sending]

TUTTI_BIN is the program under test. The same seed gives the same data and the same moments, as far as the machine's
speed allows. Needs aiosmtpd and polars (with deltalake); loopback only; about a minute.
"""
import sys

import ingest
import sending
from harness import run_test

RUN_SECONDS_MAX = 900

if __name__ == "__main__":
    sys.exit(run_test("crash", {"ingest": ingest.killed_while_taking, "sending": sending.killed_while_sending}, RUN_SECONDS_MAX))
