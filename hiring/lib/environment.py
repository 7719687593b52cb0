"""The only reader of the process environment: typed, and fails closed if production omits something."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Environment:
    """Every setting that can differ between two installations. `embedded` is the default without servers."""

    embedded: bool
    debug: bool
    secret_key: str
    master_key: str
    allowed_hosts: list[str]
    base_url: str
    database_url: str
    statement_timeout_s: int
    broker_url: str
    var_dir: Path
    key_dir: Path
    audit_dir: Path
    static_dir: Path
    model_dir: str
    speech_model: str
    organisation: str
    contact: str
    max_upload_bytes: int
    lease_s: int
    analysis_threads: int
    trust_proxy: bool


def _local_secrets(var_dir: Path) -> dict[str, str]:
    """Read the secrets of the embedded default; on first start, write new ones, readable only by the owner."""
    path = var_dir / "secrets.json"
    if not path.exists():
        # The database is stored here too: names, and the sessions of everyone who is signed in.
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        # Two processes may start at the same time: both write, the first rename wins, and both read the result.
        draft = var_dir / f".secrets.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(fresh))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def _required(env: environ.Env, name: str, why: str) -> str:
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}")
    return str(value)


def read() -> Environment:
    """Read the environment once.

    Raises ImproperlyConfigured, naming the variable, if a server installation lacks one.
    """
    env = environ.Env()
    var_dir = Path(env.str("VAR_DIR", default=str(ROOT / "var"))).resolve()
    embedded = not env.str("DATABASE_URL", default="")
    if embedded:
        local = _local_secrets(var_dir)
        secret_key, master_key = local["SECRET_KEY"], local["MASTER_KEY"]
        port = env.int("PORT", default=8000)
        hosts = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
        base_url = env.str("BASE_URL", default=f"http://127.0.0.1:{port}")
    else:
        secret_key = _required(env, "SECRET_KEY", "a long random text; sessions are signed with it.")
        master_key = _required(env, "MASTER_KEY", "32 random bytes in base64; it wraps each interview's key.")
        hosts = _required(env, "ALLOWED_HOSTS", "the host names, separated by commas.").split(",")
        base_url = _required(env, "BASE_URL", "the address people open, such as https://interviews.example.org.")
    broker = env.str("CELERY_BROKER_URL", default="")
    if not broker and not embedded:
        raise ImproperlyConfigured("Set CELERY_BROKER_URL: redis://… of the broker that wakes the workers.")
    return Environment(
        embedded=embedded,
        debug=env.bool("DEBUG", default=False),
        secret_key=secret_key,
        master_key=master_key,
        allowed_hosts=hosts,
        base_url=base_url.rstrip("/"),
        database_url=env.str("DATABASE_URL", default=f"sqlite:///{var_dir / 'sightline.sqlite3'}"),
        statement_timeout_s=env.int("STATEMENT_TIMEOUT_SECONDS", default=60),
        broker_url=broker or "filesystem://",
        var_dir=var_dir,
        key_dir=Path(env.str("KEY_DIR", default=str(var_dir / "keys"))).resolve(),
        audit_dir=Path(env.str("AUDIT_DIR", default=str(var_dir / "audits"))).resolve(),
        static_dir=Path(env.str("STATIC_DIR", default=str(var_dir / "static"))).resolve(),
        model_dir=env.str("MODEL_DIR", default=""),
        speech_model=env.str("SPEECH_MODEL", default="small"),
        organisation=env.str("ORGANISATION", default="Northwind (demo)" if embedded else "This organisation"),
        contact=env.str("CONTACT", default="privacy@localhost" if embedded else ""),
        max_upload_bytes=env.int("MAX_UPLOAD_BYTES", default=2 * 1024**3),
        lease_s=env.int("LEASE_SECONDS", default=30),
        analysis_threads=env.int("ANALYSIS_THREADS", default=2),
        trust_proxy=env.bool("TRUST_PROXY", default=False),
    )
