"""docker/nginx/sightline.conf in a real nginx: only addresses and paths are changed."""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.conftest import ROOT, free_port

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin") or ""


def need_nginx() -> None:
    if not NGINX:
        pytest.skip("needs nginx, such as Debian's nginx-light")


def configuration(folder: Path, *, port: int, web: int, media: int, one_address: bool = False) -> Path:
    """Write the shipped configuration, for these ports, and what it stands in; return where that is."""
    _certificate(folder)
    changes = {
        **({"limit_conn address": "#", "limit_req zone": "#"} if one_address else {}),
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl http2;",
        "http2 on;": "",  # Debian's nginx is older than this spelling
        "/etc/nginx/certificates/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "http://web:8000": f"http://127.0.0.1:{web}",
        "http://media:8000": f"http://127.0.0.1:{media}",
    }
    text = (ROOT / "docker" / "nginx" / "sightline.conf").read_text()
    for shipped, ours in changes.items():
        assert shipped in text, f"{shipped} is not in the shipped configuration any more"
        text = text.replace(shipped, ours)
    (folder / "sightline.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    outer = folder / "nginx.conf"
    outer.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"http {{ {temporary} include {folder}/sightline.conf; }}\n"
    )
    return outer


def command(outer: Path) -> list[str]:
    return [NGINX, "-c", str(outer), "-p", str(outer.parent), "-e", str(outer.parent / "error.log")]


def _certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    unencrypted = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, unencrypted))
