"""A server installation with something missing does not start; the embedded default makes its own secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER = {
    "DATABASE_URL": "postgres://u:p@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "x" * 60,
    "MASTER_KEY": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    "ALLOWED_HOSTS": "interviews.example.org",
    "BASE_URL": "https://interviews.example.org",
}
SHOW = """
import json, django
django.setup()
from django.conf import settings as s
print(json.dumps([s.SECRET_KEY, s.ALLOWED_HOSTS, s.DEBUG, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS,
                  s.DATABASES["default"]["ENGINE"], s.CELERY_BROKER_URL]))
"""


def _start(var_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in SERVER}
    env = {**kept, "VAR_DIR": str(var_dir), "DJANGO_SETTINGS_MODULE": "hiring.settings", **environment}
    return subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("missing", ["CELERY_BROKER_URL", "SECRET_KEY", "MASTER_KEY", "ALLOWED_HOSTS", "BASE_URL"])
def test_a_server_installation_does_not_start_without(missing, tmp_path):
    done = _start(tmp_path, **{name: value for name, value in SERVER.items() if name != missing})
    assert done.returncode != 0 and f"Set {missing}:" in done.stderr
    assert not (tmp_path / "secrets.json").exists()


def test_a_complete_server_installation_is_closed(tmp_path):
    done = _start(tmp_path, **SERVER)
    assert done.returncode == 0, done.stderr
    _, hosts, debug, secure, hsts, engine, broker = json.loads(done.stdout)
    assert (hosts, debug, secure) == (["interviews.example.org"], False, True)
    assert hsts > 0 and engine.endswith("postgresql") and broker.startswith("redis://")


def test_the_embedded_default_makes_private_secrets_once(tmp_path):
    first, second = _start(tmp_path), _start(tmp_path)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)[0] == json.loads(second.stdout)[0]
    assert json.loads(first.stdout)[1] == ["127.0.0.1", "localhost", "[::1]"]
    path = tmp_path / "secrets.json"
    assert path.stat().st_mode & 0o077 == 0
    other = _start(tmp_path / "other")
    assert json.loads(other.stdout)[0] != json.loads(first.stdout)[0]


def test_the_web_process_loads_no_heavy_library(tmp_path):
    code = "import hiring.wsgi, django.urls, sys; django.urls.get_resolver().url_patterns; print(*sys.modules)"
    env = {name: value for name, value in os.environ.items() if name not in SERVER} | {"VAR_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    heavy = {"torch", "cv2", "av", "openvino", "pocketsphinx", "faster_whisper", "skimage", "analysis.pipeline"}
    assert not heavy & set(done.stdout.split())


def test_local_data_is_open_to_its_owner_alone(tmp_path):
    done = _start(tmp_path / "var")
    assert done.returncode == 0, done.stderr
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("var", "var/secrets.json")}
    assert modes == {"var": 0o700, "var/secrets.json": 0o600}
