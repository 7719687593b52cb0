"""Hostile files from upload to the end of their run: refused with a sentence, or done, and nothing half-saved."""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hiring.actions import receive_upload
from hiring.policy.rules import Purpose
from hiring.recordings import keys, uploads, vault
from hiring.recordings.models import Recording
from hiring.recordings.uploads import UploadRefused
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from hiring.worker.execute import execute
from tests import factories
from tests.worker import hostile as made

# The keeper's thread has a connection of its own, so rows must really be committed.
pytestmark = pytest.mark.django_db(transaction=True)

NOT_EVEN_BEGUN = {
    "one byte": b"x",
    "text": b"hello " * 1000,
    "an ffconcat list": b"ffconcat version 1.0\nfile /etc/passwd\n" * 200,
    "an HLS playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 200,
    "HTML with a video behind it": b"<html><script>alert(1)</script>" + bytes(4096) + b"\0\0\0\x20ftypisom",
    "a ZIP": b"PK\3\4" + bytes(5000),
    "an animated GIF": b"GIF89a" + bytes(5000),
    "an animated WebP": b"RIFF\0\0\0\0WEBPVP8X" + bytes(5000),
    "a WAV": b"RIFF\0\0\0\0WAVEfmt " + bytes(5000),
    "a program": b"\x7fELF" + bytes(5000),
}

REFUSED: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "noise behind an MP4's beginning": (lambda: made.noise(b"\0\0\0\x10ftypisom\0\0\2\0"), {"damaged", "truncated"}),
    "a playlist behind an MP4's beginning": (
        lambda: factories.MP4_HEAD + b"#EXTM3U\nfile:///etc/passwd\n" * 99,
        {"damaged", "truncated"},
    ),
    "noise behind a Matroska beginning": (lambda: made.noise(b"\x1a\x45\xdf\xa3"), {"damaged", "truncated"}),
    "noise behind an AVI beginning": (lambda: made.noise(b"RIFF\0\0\0\0AVI "), {"damaged", "no_video"}),
    "noise between sync bytes": (lambda: made.noise((b"\x47" + bytes(187)) * 4), {"damaged", "no_video"}),
    "pictures of PNG": (lambda: made.video("mov", "png", pix_fmt="rgb24"), {"unsupported"}),
    "pictures of 16000 x 16000": (made.huge_jpeg, {"damaged", "too_large_picture"}),
    "ten hours by its clock": (lambda: made.video("matroska", pts_ms=(0, 100, 36_000_000)), {"too_long"}),
    "more tiny pictures than three hours have": (made.many_pictures, {"too_many_frames"}),
    "sound without a picture": (made.sound_only, {"no_video"}),
    "twenty tracks": (lambda: made.video("matroska", "mpeg4", tracks=20, pts_ms=(0, 100)), {"unsupported"}),
    "a thousand tracks": (made.thousand_tracks, {"unsupported"}),
    "pictures said to lie in another file": (lambda: made.pointing_elsewhere("/etc/passwd"), {"damaged"}),
    "four thousand million samples": (lambda: made.patched(b"stsz", 8, b"\xff" * 4), {"damaged"}),
    "samples behind the file's end": (lambda: made.patched(b"stco", 8, b"\xff" * 4), {"damaged"}),
    "four thousand million runs of time": (
        lambda: made.patched(b"stts", 4, b"\xff" * 4),
        {"damaged", "too_large_picture"},
    ),
    **{
        f"cut at {tenth} tenths": (lambda tenth=tenth: made.plain()[: len(made.plain()) * tenth // 10], {"truncated"})
        for tenth in (1, 3, 5, 6, 7, 9)
    },
}

HARMLESS: dict[str, Callable[[], bytes]] = {
    "one frame": lambda: made.video(pts_ms=(0,)),
    "one pixel": lambda: made.video("mov", "mjpeg", size=(1, 1), pix_fmt="yuvj420p"),
    "a ZIP behind the video": lambda: made.plain() + made.zipped(),
    "an attached program": made.with_attachment_and_text,
    "a length below zero": lambda: made.matroska_length(-5.0),
    "a length that is no number": lambda: made.matroska_length(float("nan")),
    "twenty megabytes of nothing in its index": made.with_a_huge_index,
}

#: What a fuzzed header comes to depends on FFmpeg's version; that it ends, and cleanly, does not.
EITHER = {f"noise in the header, {seed}": (lambda seed=seed: made.fuzzed(seed)) for seed in range(4)} | {
    f"noise in the Matroska header, {seed}": (lambda seed=seed: made.fuzzed(seed, "matroska")) for seed in range(2)
}
NAME = "..\\..//etc/$(touch pwned)';\u202e\r\n" + "é" * 300 + ".mp4"


def _received(content: bytes) -> Recording:
    interview = factories.make_interview(granted=[Purpose.RECORDING])
    question = interview.position.questions.first()
    recording = uploads.create(interview=interview, question=question, size_bytes=len(content), file_name=NAME)
    uploads.append(recording=recording, offset=0, pieces=iter([content]))
    assert receive_upload.finish(recording=recording)
    return recording


def _executed(content: bytes) -> tuple[str, Recording, AnalysisRun]:
    recording = _received(content)
    run = AnalysisRun.objects.get(recording=recording)
    ended = execute(run.pk)
    run.refresh_from_db()
    recording.refresh_from_db()
    return ended, recording, run


def _plain_files(settings) -> list[str]:
    folders = [Path(settings.WORK_DIR), Path(settings.UPLOAD_DIR)]
    return [str(path) for folder in folders for path in folder.rglob("*")]


def _decoders() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "analysis.video.child" in " ".join(child.cmdline())]


@pytest.mark.parametrize("content", NOT_EVEN_BEGUN.values(), ids=NOT_EVEN_BEGUN)
def test_what_does_not_begin_like_a_video_is_refused_while_it_comes_in(content, settings):
    with pytest.raises(UploadRefused) as refused:
        _received(content)
    assert refused.value.code == "type" and str(refused.value).endswith(".")
    assert not Recording.objects.exists() and not AnalysisRun.objects.exists()
    assert _plain_files(settings) == []


def test_a_file_without_a_byte_is_refused_before_it_comes_in(settings):
    with pytest.raises(UploadRefused) as refused:
        _received(b"")
    assert refused.value.code == "empty" and str(refused.value).endswith(".")
    assert not Recording.objects.exists() and _plain_files(settings) == []


@pytest.mark.parametrize(("make", "codes"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_is_refused_with_a_sentence_and_nothing_is_kept(make, codes, settings):
    ended, recording, run = _executed(make())
    assert (ended, run.state, recording.state, run.attempt) == ("failed", "failed", "refused", 1)
    assert recording.refusal_code in codes
    assert recording.refusal.endswith(".") and run.failure == recording.refusal
    assert vault.names(recording.interview_id) == [] and _plain_files(settings) == []
    assert _decoders() == []


@pytest.mark.parametrize("make", HARMLESS.values(), ids=HARMLESS)
def test_an_odd_but_harmless_file_is_kept_as_it_came_and_analysed(make, settings):
    content = make()
    ended, recording, run = _executed(content)
    assert (ended, run.state, recording.state) == ("complete", "complete", "ready"), run.failure
    assert run.frames >= 1 and 0 < recording.duration_ms <= 10_000
    with vault.open_file(recording.interview_id, recording.original_file) as file:
        assert file.read() == content
    kept = {recording.original_file, recording.playable_file, recording.poster_file, run.observations_file}
    assert set(vault.names(recording.interview_id)) == kept and "" not in kept
    assert _plain_files(settings) == [] and _decoders() == []


@pytest.mark.parametrize("make", EITHER.values(), ids=EITHER)
def test_noise_in_a_header_ends_in_a_sentence_or_a_result_and_nothing_half_saved(make, settings):
    ended, recording, run = _executed(make())
    assert ended in ("failed", "complete") and run.state == ended
    assert recording.state == ("ready" if recording.original_file else "refused")
    assert run.state == "complete" or run.failure.endswith(".")
    named = {recording.original_file, recording.playable_file, recording.poster_file, run.observations_file}
    assert set(vault.names(recording.interview_id)) == named - {""}
    assert _plain_files(settings) == [] and _decoders() == []


def test_a_name_that_looks_like_a_path_and_a_command_is_only_shown(settings):
    recording = _received(made.plain())
    assert recording.file_name.startswith("$(touch pwned)';é") and len(recording.file_name) == 200
    assert recording.file_name.isprintable()
    files = [path for path in Path(settings.UPLOAD_DIR).rglob("*") if path.is_file()]
    assert files == [uploads.path_of(recording)] and files[0].name == "upload"


def test_the_same_worker_goes_on_after_hostile_files(settings):
    ends = [_executed(make())[0] for make, _ in list(REFUSED.values())[:3]]
    process = psutil.Process()
    before = process.pid, process.num_fds()
    ends.append(_executed(made.huge_jpeg())[0])
    assert ends == ["failed"] * 4 and (process.pid, process.num_fds()) == before
    ended, recording, run = _executed(made.plain())
    assert (ended, run.frames, recording.state) == ("complete", 10, "ready")


def test_a_disk_that_fills_up_in_the_worker_leaves_nothing_half_saved(settings, monkeypatch):
    recording = _received(made.plain())
    run = AnalysisRun.objects.get(recording=recording)
    real, stored = vault.store, []

    def full(interview_id, source, suffix):
        if suffix != "original":
            raise OSError(errno.ENOSPC, "No space left on device")
        stored.append(real(interview_id, source, suffix))
        return stored[-1]

    monkeypatch.setattr(vault, "store", full)
    assert execute(run.pk) == "waits"
    assert len(stored) == 1 and vault.names(recording.interview_id) == []
    assert uploads.path_of(recording).read_bytes() == made.plain()
    monkeypatch.undo()
    AnalysisRun.objects.update(not_before=None)
    assert execute(run.pk) == "complete"
    assert len(vault.names(recording.interview_id)) == 4 and _plain_files(settings) == []


def test_a_run_that_is_cancelled_while_its_file_is_being_kept_leaves_nothing_in_the_vault(settings, monkeypatch):
    recording = _received(made.plain())
    run = AnalysisRun.objects.get(recording=recording)
    real, stored = vault.store, []

    def withdrawn_meanwhile(interview_id, source, suffix):
        stored.append(real(interview_id, source, suffix))
        runs.cancel(recording=recording)
        return stored[-1]

    monkeypatch.setattr(vault, "store", withdrawn_meanwhile)
    assert execute(run.pk) == "stopped"
    assert stored and vault.names(recording.interview_id) == []


def test_a_late_worker_brings_back_no_folder_of_an_erased_interview(settings):
    interview = factories.make_interview()
    assert keys.get_or_create(interview.pk) and keys.destroy(interview.pk)
    with pytest.raises(keys.KeyGone):
        vault.store(interview.pk, io.BytesIO(b"late"), "original")
    assert not vault.names(interview.pk) and not (Path(settings.VAULT_DIR) / str(interview.pk)).exists()
