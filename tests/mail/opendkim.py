#!/usr/bin/env python3
"""`opendkim-testmsg` as a second judge of DKIM signatures, with keys of our own.

It finds keys in the DNS and nowhere else, at port 53 of what /etc/resolv.conf says. So it runs in a network and a mount
namespace of its own, where loopback has a name server that knows these keys and resolv.conf names it; nothing outside
sees either. `verify` asks for that and needs the right to make namespaces. This file is also what runs inside:

    opendkim.py FOLDER < {"keys": {name: TXT record}, "mails": {name: file}}      > {name: what it found wrong, or ""}
"""
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import threading

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

PROGRAM = "/usr/sbin/opendkim-testmsg"
UNSHARE = ["unshare", "--net", "--mount"]
# Limits only keep it from hanging for ever.
ALL_SECONDS = 600
ONE_SECONDS = 60
DATAGRAM_BYTES = 4096
# A character-string of a TXT record holds at most this many (RFC 1035, 3.3).
STRING_BYTES = 255
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def missing():
    """Why it cannot run here; empty when it can."""
    if not os.access(PROGRAM, os.X_OK):
        return f"{PROGRAM} is not installed (Debian: opendkim-tools)"
    tried = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


def verify(folder, keys, mails):
    """What it says of each mail (`name: file`): empty when every signature holds. `keys`: DNS name to TXT record."""
    os.makedirs(folder)
    line = [*UNSHARE, sys.executable, "-B", os.path.abspath(__file__), folder]
    asked = json.dumps({"keys": keys, "mails": mails})
    done = subprocess.run(line, input=asked, capture_output=True, text=True, timeout=ALL_SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{PROGRAM} could not be run: {done.stderr}")
    return json.loads(done.stdout)


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def resolv_conf(folder):
    """Without the file the C library asks 127.0.0.1 by itself."""
    ours = os.path.join(folder, "resolv.conf")
    with open(ours, "w", encoding="ascii") as file:
        file.write("nameserver 127.0.0.1\n")
    if os.path.exists("/etc/resolv.conf"):
        subprocess.run(["mount", "--bind", ours, "/etc/resolv.conf"], check=True)


def answer(question, keys):
    """The TXT record of a name, or that there is none."""
    reply = dns.message.make_response(dns.message.from_wire(question))
    asked = reply.question[0]
    text = keys.get(asked.name.to_text(omit_final_dot=True))
    if text is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif asked.rdtype == dns.rdatatype.TXT:
        strings = [text[at:at + STRING_BYTES] for at in range(0, len(text), STRING_BYTES)]
        reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "TXT", " ".join(f'"{part}"' for part in strings)))
    return reply.to_wire(max_size=DATAGRAM_BYTES)


def serve_names(keys):
    """Answers from a thread that ends with the process."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def forever():
        while True:
            question, asker = server.recvfrom(DATAGRAM_BYTES)
            server.sendto(answer(question, keys), asker)

    threading.Thread(target=forever, daemon=True).start()


def judge(folder, path):
    """Silence and 0 mean that it verified."""
    with open(path, "rb") as mail:
        done = subprocess.run([PROGRAM, "-C", "-t", folder], stdin=mail, capture_output=True, text=True,
                              timeout=ONE_SECONDS, check=False)
    said = (done.stdout + done.stderr).strip()
    return said if said or done.returncode == 0 else f"ended with {done.returncode}"


def main():
    folder, asked = sys.argv[1], json.load(sys.stdin)
    loopback_up()
    resolv_conf(folder)
    serve_names(asked["keys"])
    json.dump({name: judge(folder, path) for name, path in asked["mails"].items()}, sys.stdout)


if __name__ == "__main__":
    main()
