"""tus-js-client, which is not ours, uploads to a real server: at once, after a break, and takes an upload back."""

from __future__ import annotations

import hashlib
import http.cookiejar
import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.conftest import Product

HERE = Path(__file__).parent
SETUP = """
from tests import factories
position = factories.make_position(questions=("One?", "Two?", "Three?"))
interview = factories.make_interview(position, granted=None, opened=False)
answer = {"token": interview.token, "questions": [str(q.pk) for q in position.questions.all()]}
"""
FINISHED = """
from hiring.recordings.models import Recording
from hiring.recordings import uploads
import hashlib
answer = [(str(r.question_id), r.state, hashlib.sha256(uploads.path_of(r).read_bytes()).hexdigest())
          for r in Recording.objects.all()]
"""


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client and its pinned package, fetched from npm."""
    if not shutil.which("npm"):
        pytest.skip("needs Node.js and npm for tus-js-client")
    folder = tmp_path_factory.mktemp("tus")
    for name in ("package.json", "tus_client.mjs"):
        shutil.copy(HERE / name, folder)
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not fetch tus-js-client: {done.stderr[-200:]}")
    return folder


class Candidate:
    """Somebody who opened their link and agreed to be recorded, with nothing but HTTP."""

    def __init__(self, product: Product, token: str) -> None:
        self.url, self.jar = product.url, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.open(f"{self.url}/i/{token}/")
        self.post("/interview/start/")
        self.post("/interview/choices/", purpose="recording", my_choices="1")

    def post(self, path: str, **fields: str) -> None:
        page = self.opener.open(self.url + path).read().decode()
        fields["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        request = urllib.request.Request(self.url + path, urllib.parse.urlencode(fields).encode())
        request.add_header("Referer", self.url + path)
        self.opener.open(request)

    def upload(self, client: Path, question: str, file: Path, *options: str) -> dict:
        cookies = {cookie.name: cookie.value for cookie in self.jar}
        done = subprocess.run(
            [
                "node", "tus_client.mjs", "--url", f"{self.url}/interview/uploads/{question}/", "--file", str(file),
                "--cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()),
                "--csrf", cookies["csrftoken"], "--chunk", "300000", *options,
            ],
            cwd=client, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def test_an_independent_client_uploads_resumes_and_takes_back(product: Product, client: Path, clip: Path):
    rows = product.ask(SETUP)
    product.start_web()
    candidate = Candidate(product, rows["token"])
    first, second, third = rows["questions"]
    size = clip.stat().st_size
    assert candidate.upload(client, first, clip)["offset"] == size
    resumed = candidate.upload(client, second, clip, "--abort-at", "600000")
    assert resumed["aborted"] and 600_000 <= resumed["offset_after_abort"] < size and resumed["offset"] == size
    taken_back = candidate.upload(client, third, clip, "--abort-at", "300000", "--terminate")
    assert taken_back["status_after_termination"] in (404, 410)
    digest = hashlib.sha256(clip.read_bytes()).hexdigest()
    assert sorted(product.ask(FINISHED)) == sorted([[first, "received", digest], [second, "received", digest]])
