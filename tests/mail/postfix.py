"""A Postfix of our own on loopback: its own configuration, queue and log in one folder, its process known by id.

It takes mail with STARTTLS and hands everything on to one next server, bounces too. Needs root, because Postfix does;
the system's own Postfix is neither used nor started.
"""
import datetime
import ipaddress
import os
import signal
import socket
import subprocess
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

READY_SECONDS = 90
STOP_SECONDS = 60
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/lib
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.shop.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
local_recipient_maps =
notify_classes =
biff = no
smtp_dns_support_level = disabled
relayhost = [127.0.0.1]:{next_port}
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_tls_cert_file = {folder}/tls/server.pem
smtpd_tls_key_file = {folder}/tls/server.key
minimal_backoff_time = 5s
queue_run_delay = 5s
"""
MASTER = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def certificates(folder):
    """A certificate for 127.0.0.1 and the authority that signed it; the authority as PEM."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def build(subject, issuer, key, signer, is_ca):
        name = lambda text: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        builder = (
            x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if not is_ca:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(signer, hashes.SHA256())

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = build("test authority", "test authority", ca_key, ca_key, True)
    server = build("relay.shop.example", "test authority", key, ca_key, False)
    os.makedirs(f"{folder}/tls", mode=0o700)
    with open(f"{folder}/tls/server.pem", "wb") as file:
        file.write(server.public_bytes(serialization.Encoding.PEM))
    with open(f"{folder}/tls/server.key", "wb") as file:
        plain = serialization.NoEncryption()
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return ca.public_bytes(serialization.Encoding.PEM).decode()


class Postfix:
    @staticmethod
    def missing():
        """Why it cannot run here; empty when it can."""
        if os.geteuid() != 0:
            return "Postfix needs root"
        if not os.access("/usr/sbin/postfix", os.X_OK):
            return "Postfix is not installed (Debian: postfix)"
        return ""

    def __init__(self, folder, port, next_port):
        """Everything it needs; `start` starts it."""
        self.process = None
        self.folder, self.port, self.etc = folder, port, f"{folder}/etc"
        os.makedirs(self.etc)
        os.chmod(folder, 0o755)
        self.authority = certificates(folder)
        for name in ("queue", "lib", "log"):
            os.makedirs(f"{folder}/{name}", mode=0o755)
        owner = ["chown", "postfix", f"{folder}/lib"]
        subprocess.run(owner, check=True)
        for name, text in (("main.cf", MAIN), ("master.cf", MASTER)):
            with open(f"{self.etc}/{name}", "w", encoding="utf-8") as file:
                file.write(text.format(folder=folder, port=port, next_port=next_port))

    def start(self):
        line = ["/usr/sbin/postfix", "-c", self.etc, "start-fg"]
        with open(f"{self.folder}/start.log", "ab") as log:
            self.process = subprocess.Popen(line, stdout=log, stderr=log, start_new_session=True)
        self.wait_until_ready()

    def wait_until_ready(self):
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                    if probe.recv(4) == b"220 ":
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"Postfix did not start: {self.tail()}")

    def tail(self):
        text = ""
        for path in (f"{self.folder}/start.log", f"{self.folder}/log/mail.log"):
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as log:
                    text += "".join(log.readlines()[-12:])
        return text

    def end(self):
        """Stops this instance (by its own queue's pid file) and waits for it; after that, whatever is left of its session."""
        if self.process is None:
            return
        try:
            if self.process.poll() is None:
                line = ["/usr/sbin/postfix", "-c", self.etc, "stop"]
                subprocess.run(line, capture_output=True, timeout=STOP_SECONDS, check=False)
                self.process.wait(timeout=STOP_SECONDS)
        finally:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
