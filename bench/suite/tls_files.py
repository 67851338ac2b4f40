"""A server's certificate, made for one run."""

import subprocess
from pathlib import Path


class TlsFiles:
    """A self-signed certificate for 127.0.0.1, which is its own authority."""

    def __init__(self, directory):
        self.certificate = Path(directory) / "server.pem"
        self.key = Path(directory) / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", self.key, "-out", self.certificate],
            check=True, capture_output=True,
        )
        # A broker that root starts reads it as another user.
        self.key.chmod(0o644)
        Path(directory).chmod(0o755)
