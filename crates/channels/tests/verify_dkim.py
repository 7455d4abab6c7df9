"""Verifies the DKIM signature of a mail on standard input with dkimpy; argument: NAME=TXT-RECORD. Prints the signed headers."""

import re
import sys

import dkim

mail = sys.stdin.buffer.read()
name, record = sys.argv[1].split("=", 1)


def txt(asked, timeout=5):
    asked = asked.decode() if isinstance(asked, bytes) else asked
    return record.encode() if asked.rstrip(".") == name else None


if "k=ed25519" in record:
    try:
        import nacl.signing  # noqa: F401
    except ImportError:
        sys.exit(3)
if not dkim.verify(mail, dnsfunc=txt):
    sys.exit("the signature does not verify")
unfolded = re.sub(rb"\r?\n[ \t]+", b"", mail)
signature = next(line for line in unfolded.split(b"\r\n") if line.lower().startswith(b"dkim-signature:"))
print(re.search(rb"h=([^;]+)", signature).group(1).decode().replace(" ", "").lower())
