#!/usr/bin/env python3
"""A mail server that takes note of everything it is about to accept.

    sink.py PORT FILE SEED

One line per accepted recipient: `address TAB Message-ID`. The line is in the file before the answer 250 leaves, so the
sender can be killed between the two; a random wait widens that gap. Addresses that begin with `refused` are refused.
"""
import asyncio
import email.parser
import random
import sys

from aiosmtpd.smtp import SMTP

ANSWER_SECONDS = (0.0, 0.12)


class Sink:
    def __init__(self, path, seed):
        self.file = open(path, "a", encoding="utf-8")
        self.random = random.Random(seed)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        head = email.parser.BytesHeaderParser().parsebytes(envelope.content)
        for address in envelope.rcpt_tos:
            self.file.write(f"{address}\t{head['Message-ID']}\n")
        self.file.flush()
        await asyncio.sleep(self.random.uniform(*ANSWER_SECONDS))
        return "250 2.0.0 taken"


async def main(port, path, seed):
    sink = Sink(path, seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test", loop=loop), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
