"""T9 and slow lines: uploads that are cut at random, players that pause, senders that dawdle."""

from __future__ import annotations

import contextlib
import hashlib
import random
import socket
import statistics
import threading
import time

import psutil

from tests.e2e.conftest import Product
from tests.e2e.slow_clients import SEED, Address, head, paused_players, slow_bodies
from tests.torture.looks import checked
from tests.torture.servers import installation

#: Enough to be taken for a video; what follows is none, so a worker refuses it afterwards.
_HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
STRANGE = "00000000-0000-4000-8000-000000000000"
ARRIVED = """
import hashlib
from hiring.recordings import uploads
from hiring.recordings.models import Recording
answer = {str(row.interview_id): [row.state, hashlib.sha256(uploads.path_of(row).read_bytes()).hexdigest()]
          for row in Recording.objects.filter(state="received")}
"""


def candidates(product: Product, count: int) -> list[tuple[str, str]]:
    """(session, question) of so many people who may upload."""
    seeded = product.ask(f"CANDIDATES = {count}\n{SEED}")
    return [(session, seeded["question"]) for session in seeded["candidates"]]


class Upload:
    """One file on its way, by the tus protocol; a request that fails is followed by a question for the offset."""

    def __init__(self, at: Address, session: str, question: str, *, size: int, part: int) -> None:
        self.at, self.session, self.part = at, session, part
        self.content = _HEAD + random.Random(session).randbytes(size - len(_HEAD))
        self.address = f"/interview/uploads/{question}/"
        self.offset = self.cuts = self.wrong_offsets = 0
        self.is_done = False

    def send(self, pause_s: float = 0.0, cut: float = 0.0, wrong: float = 0.0) -> None:
        """Send everything. cut, wrong: how often a line is cut in the middle, and a part sent to a wrong place."""
        chance = random.Random(self.session + "cuts")
        where = self._patiently(self._create)
        while self.offset < len(self.content):
            if chance.random() < wrong:
                assert self._patch(where, self.offset + 1, b"x" * 1000) == 409
                self.wrong_offsets += 1
            piece = self.content[self.offset : self.offset + self.part]
            if chance.random() < cut:
                self._cut_off(where, piece, chance.randrange(1, len(piece)))
                status = 0
            else:
                status = self._patch(where, self.offset, piece)
            if status == 204:
                self.offset += len(piece)
            else:
                self.cuts += 1
                self.offset = self._patiently(lambda: self._asked_offset(where))
            time.sleep(pause_s)
        self.is_done = True

    def _patiently(self, action):
        """Ask until an answer comes; a server that restarts is back in a moment."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if (found := action()) is not None:
                    return found
            time.sleep(0.5)
        raise AssertionError("no answer for two minutes")

    def _create(self) -> str | None:
        told = {"Tus_Resumable": "1.0.0", "Upload_Length": str(len(self.content))}
        status, headers = self.at.ask("POST", self.address, self.session, **told)
        return headers["Location"] if status == 201 else None

    def _asked_offset(self, where: str) -> int | None:
        status, headers = self.at.ask("HEAD", where, self.session, Tus_Resumable="1.0.0")
        return int(headers["Upload-Offset"]) if status == 200 else None

    def _patch(self, where: str, offset: int, piece: bytes) -> int:
        told = {
            "Tus_Resumable": "1.0.0",
            "Upload_Offset": str(offset),
            "Content_Type": "application/offset+octet-stream",
        }
        try:
            return self.at.ask("PATCH", where, self.session, piece, **told)[0]
        except OSError:
            return 0

    def _cut_off(self, where: str, piece: bytes, after: int) -> None:
        lines = (
            "Tus-Resumable: 1.0.0", f"Upload-Offset: {self.offset}", f"Content-Length: {len(piece)}",
            "Content-Type: application/offset+octet-stream", f"Origin: {self.at.base}",
        )  # fmt: skip
        with contextlib.closing(self.at.connect()) as connection, contextlib.suppress(OSError):
            connection.sendall(head("PATCH", where, self.session, *lines) + piece[:after])
            connection.shutdown(socket.SHUT_RDWR)


def cut_at_random(uploads: int = 20, size: int = 24 << 20) -> str:
    """T9: parallel uploads, every third part cut in the middle, some sent to a wrong offset."""
    with installation() as (product, _postgres, _redis):
        product.start_web()
        at = Address(product.port)
        sending = [Upload(at, *who, size=size, part=2 << 20) for who in candidates(product, uploads)]
        web, peak = psutil.Process(product.processes[0].pid), [0]
        before = _memory(web)
        over = threading.Event()
        sampling = threading.Thread(target=_sample, args=(web, peak, over), daemon=True)
        sampling.start()
        threads = [
            threading.Thread(target=each.send, kwargs={"cut": 1 / 3, "wrong": 0.1}, daemon=True) for each in sending
        ]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        took_s = time.monotonic() - begun
        over.set()
        assert all(each.is_done for each in sending), [each.offset for each in sending]
        arrived = product.ask(ARRIVED)
        digests = sorted(hashlib.sha256(each.content).hexdigest() for each in sending)
        assert sorted(digest for _state, digest in arrived.values()) == digests
        checked(product)
        cuts, wrong = sum(each.cuts for each in sending), sum(each.wrong_offsets for each in sending)
        return (
            f"{uploads} of {size >> 20} MiB in {took_s:.0f} s, {cuts} cuts, {wrong} wrong offsets refused, "
            f"all equal by SHA-256; web process {before >> 20} MiB, {peak[0] >> 20} MiB at peak"
        )


def _memory(web: psutil.Process) -> int:
    return sum(each.memory_info().rss for each in [web, *web.children(recursive=True)])


def _sample(web: psutil.Process, peak: list[int], over: threading.Event) -> None:
    while not over.wait(0.1):
        with contextlib.suppress(psutil.Error):
            peak[0] = max(peak[0], _memory(web))


def slow_lines(players: int = 30, bodies: int = 40, requests: int = 20) -> str:
    """Players that pause and strangers that send a byte a second, while somebody opens the inbox."""
    with installation() as (product, _postgres, _redis):
        product.start_web()
        at = Address(product.port)
        seeded = product.ask(f"CANDIDATES = 0\n{SEED}")
        paths = [f"/interview/uploads/{STRANGE}/", "/accounts/sign-in/", "/language/setlang/"]
        taken = []
        with paused_players(at, seeded, players), slow_bodies(at, paths, bodies):
            for _ in range(requests):
                begun = time.monotonic()
                assert at.get("/review/", seeded["reviewer"]) == 200
                taken.append(1000 * (time.monotonic() - begun))
        return (
            f"{players} paused players, {bodies} slow bodies: inbox {statistics.median(taken):.0f} ms in the median, "
            f"{max(taken):.0f} ms at worst"
        )
