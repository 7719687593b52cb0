"""A request that hung while another went on takes nothing away from it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from hiring.recordings import uploads
from hiring.recordings.models import Recording
from tests import factories

pytestmark = pytest.mark.django_db
WHOLE = factories.MP4_HEAD + bytes(range(256)) * 40


def _open() -> Recording:
    interview = factories.make_interview()
    question = interview.position.questions.first()
    return uploads.create(interview=interview, question=question, size_bytes=len(WHOLE), file_name="a.mp4")


def test_a_hanging_part_with_a_wrong_checksum_does_not_cut_the_file_of_the_next_writer():
    recording = _open()

    def hanging():
        yield WHOLE[:50]
        Recording.objects.update(writer_until=timezone.now() - timedelta(seconds=1))
        again = Recording.objects.get(pk=recording.pk)
        uploads.append(recording=again, offset=0, pieces=iter([WHOLE]))

    wrong = uploads.Checksum("sha256", hashlib.sha256(b"something else").digest())
    with pytest.raises(uploads.UploadRefused):
        uploads.append(recording=recording, offset=0, pieces=hanging(), checksum=wrong)
    assert uploads.path_of(recording).read_bytes() == WHOLE
    assert uploads.mark_received(recording)


def test_an_upload_whose_file_is_shorter_than_noted_is_not_taken_for_whole():
    recording = _open()
    uploads.append(recording=recording, offset=0, pieces=iter([WHOLE]))
    with uploads.path_of(recording).open("r+b") as file:
        file.truncate(10)
    assert not uploads.mark_received(recording)
    assert Recording.objects.get().state == "uploading"
