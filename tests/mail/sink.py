#!/usr/bin/env python3
"""The server behind Postfix: keeps every mail as a file and takes note of its envelope.

    sink.py PORT FOLDER

One line per accepted recipient in FOLDER/index: `address TAB return-path TAB file`. Addresses that begin with `refused`
do not exist here; every attempt at one is noted in FOLDER/refused.
"""
import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self, folder):
        self.folder, self.count = folder, 0
        self.index = open(os.path.join(folder, "index"), "a", encoding="utf-8")
        self.refused = open(os.path.join(folder, "refused"), "a", encoding="utf-8")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            print(address, file=self.refused, flush=True)
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = f"{self.count}.eml"
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(envelope.original_content)
        for address in envelope.rcpt_tos:
            print(address, envelope.mail_from or "", name, sep="\t", file=self.index)
        self.index.flush()
        return "250 2.0.0 taken"


async def main(port, folder):
    sink = Sink(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test", loop=loop), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
