"""An SMTP server that misbehaves as the recipient's local part says (aiosmtpd).

Prints one line `PORT n` when it listens, then one JSON line per event: accepted messages with their bytes, connections.
Ends when its standard input closes.
"""

import asyncio
import base64
import json
import sys

from aiosmtpd.smtp import SMTP


def tell(**event):
    print(json.dumps(event), flush=True)


class Handler:
    seen = {}

    def times(self, address):
        self.seen[address] = self.seen.get(address, 0) + 1
        return self.seen[address]

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("mail5"):
            return "550 5.7.1 sender refused"
        if address.startswith("mail421"):
            return "421 4.7.0 too many connections"
        if address.startswith("mail4"):
            return "451 4.3.0 not now"
        if address.startswith("needauth"):
            return "530 5.7.0 authentication required"
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "rcpt5":
            return "550 5.1.1 no such user"
        if local == "rcpt4":
            return "452 4.2.2 mailbox full"
        if local == "plain5":
            return "550 mailbox unavailable"
        if local == "multiline":
            return "550-5.1.1 this text\r\n550-5.1.1 goes on\r\n550 5.1.1 and ends"
        if local == "garbage":
            return "hello I am not SMTP"
        if local == "slowrcpt":
            await asyncio.sleep(30)
        if local == "closercpt":
            server.transport.close()
            return "250 ok"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        tell(event="data", to=envelope.rcpt_tos[0], mail_from=envelope.mail_from, mail=base64.b64encode(envelope.content).decode())
        if local == "data5":
            return "554 5.7.1 rejected as spam"
        if local == "data4":
            return "451 4.3.0 try later"
        if local == "data421":
            return "421 4.3.2 shutting down"
        if local == "slowdata":
            await asyncio.sleep(30)
        if local == "lostanswer":
            server.transport.abort()
            return "250 ok"
        if local == "halfclose":
            server.transport.write_eof()
            await asyncio.sleep(30)
        if local == "oddanswer":
            return "399 what"
        return "250 2.0.0 queued as 42"


class Server(SMTP):
    async def smtp_DATA(self, arg):
        local = (self.envelope.rcpt_tos or ["@"])[0].split("@")[0]
        if local == "nodata5":
            await self.push("554 5.5.1 no data for you")
            return
        if local == "nodata4":
            await self.push("451 4.3.0 no data now")
            return
        if local == "closeindata":
            await self.push("354 go ahead")
            await self._reader.read(20)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


async def main():
    handler = Handler()
    loop = asyncio.get_running_loop()

    def factory():
        tell(event="connect")
        return Server(handler, hostname="sink.test", enable_SMTPUTF8=False, data_size_limit=33_554_432)

    server = await loop.create_server(factory, "127.0.0.1", 0)
    print("PORT", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
