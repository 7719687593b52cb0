"""The upload protocol, header by header."""

import base64
import hashlib
from collections import namedtuple

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from hiring.audit.models import Event
from hiring.recordings import uploads
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun
from tests import factories
from tests.candidate.conftest import Tus, video_bytes

pytestmark = pytest.mark.django_db
VIDEO = video_bytes(10_000)


def code(answer) -> str:
    return answer.json()["error"]["code"]


def test_options_tells_what_this_server_can(tus, candidate, question):
    answer = candidate.options(reverse("candidate:uploads", args=[question.pk]))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,checksum,termination"
    assert answer["Tus-Max-Size"] == str(settings.MAX_UPLOAD_BYTES)
    assert answer["Tus-Checksum-Algorithm"] == "sha256,sha1"


def test_a_whole_video_arrives_and_is_queued(tus, question):
    recording = tus.start(question, len(VIDEO), "Mein Vidéo.mp4")
    assert recording.file_name == "Mein Vidéo.mp4"
    answer = tus.patch(recording, 0, VIDEO, checksum="sha256")
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10000")
    recording.refresh_from_db()
    assert recording.state == Recording.State.RECEIVED
    assert uploads.path_of(recording).read_bytes() == VIDEO
    assert AnalysisRun.objects.get().recording == recording
    assert Event.objects.filter(action="recording.received").count() == 1


def test_every_answer_names_the_protocol_version_and_is_not_stored(tus, question):
    recording = tus.start(question, 10)
    for answer in (tus.create(question, 10), tus.head(recording), tus.patch(recording, 5, b"x")):
        assert answer["Tus-Resumable"] == "1.0.0"
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("version", ["0.2.2", "", "1.0"])
def test_another_version_is_refused_with_ours(tus, question, version):
    answer = tus.create(question, 10, **{"Tus-Resumable": version})
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    assert not Recording.objects.exists()


def test_head_tells_where_to_go_on(tus, question):
    recording = tus.start(question, len(VIDEO))
    tus.patch(recording, 0, VIDEO[:6000])
    answer = tus.head(recording)
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("6000", "10000")
    tus.patch(recording, 6000, VIDEO[6000:])
    assert tus.head(recording)["Upload-Offset"] == "10000"


@pytest.mark.parametrize("offset", [0, 5999, 6001, 10_000, 10**17])
def test_a_wrong_offset_conflicts_and_changes_nothing(tus, question, offset):
    recording = tus.start(question, len(VIDEO))
    tus.patch(recording, 0, VIDEO[:6000])
    answer = tus.patch(recording, offset, VIDEO[6000:])
    assert (answer.status_code, code(answer)) == (409, "offset")
    assert uploads.path_of(recording).read_bytes() == VIDEO[:6000]


@pytest.mark.parametrize("offset", ["", "-1", "1.0", "²", "9" * 19, "abc"])
def test_an_offset_that_is_no_number_is_a_bad_request(tus, question, offset):
    recording = tus.start(question, 10)
    assert tus.patch(recording, offset, b"x").status_code == 400


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_damaged_part_counts_as_not_sent(tus, question, algorithm):
    recording = tus.start(question, len(VIDEO))
    assert tus.patch(recording, 0, VIDEO[:5000], checksum=algorithm).status_code == 204
    digest = hashlib.new(algorithm, b"something else").digest()
    header = f"{algorithm} {base64.b64encode(digest).decode()}"
    answer = tus.patch(recording, 5000, VIDEO[5000:], **{"Upload-Checksum": header})
    assert (answer.status_code, code(answer)) == (460, "checksum")
    assert uploads.path_of(recording).read_bytes() == VIDEO[:5000]
    assert tus.patch(recording, 5000, VIDEO[5000:], checksum=algorithm).status_code == 204


@pytest.mark.parametrize("header", ["md5 AAAA", "sha256", "sha256 ###", "sha256 AAAA", "sha1 " + "A" * 44])
def test_a_checksum_that_cannot_be_checked_is_a_bad_request(tus, question, header):
    recording = tus.start(question, 10)
    assert tus.patch(recording, 0, b"x", **{"Upload-Checksum": header}).status_code == 400
    assert tus.head(recording)["Upload-Offset"] == "0"


def test_another_content_type_is_refused(tus, question):
    recording = tus.start(question, 10)
    answer = tus.patch(recording, 0, b"x", **{"Content-Type": "video/mp4"})
    assert answer.status_code == 415


def test_a_second_writer_is_locked_out(tus, question, candidate):
    recording = tus.start(question, len(VIDEO))
    seen = []

    def pieces():
        yield VIDEO[:5000]
        seen.append(Tus(candidate).patch(Recording.objects.get(pk=recording.pk), 0, VIDEO))
        yield VIDEO[5000:]

    uploads.append(recording=recording, offset=0, pieces=pieces())
    assert (seen[0].status_code, code(seen[0])) == (423, "busy")
    assert uploads.path_of(recording).read_bytes() == VIDEO


def test_a_dropped_line_keeps_what_arrived(tus, question):
    recording = tus.start(question, len(VIDEO))
    tus.patch_that_drops(recording, 0, VIDEO[:7000], promised=10_000)
    assert tus.head(recording)["Upload-Offset"] == "7000"
    assert tus.patch(recording, 7000, VIDEO[7000:]).status_code == 204
    assert uploads.path_of(recording).read_bytes() == VIDEO


def test_a_dropped_line_with_a_checksum_keeps_nothing_of_that_part(tus, question):
    recording = tus.start(question, len(VIDEO))
    whole = base64.b64encode(hashlib.sha256(VIDEO).digest()).decode()
    headers = {"Upload-Checksum": f"sha256 {whole}"}
    answer = tus.patch_that_drops(recording, 0, VIDEO[:7000], promised=10_000, **headers)
    assert answer.status_code == 460
    assert tus.head(recording)["Upload-Offset"] == "0"


def test_termination_leaves_neither_row_nor_bytes(tus, question, settings):
    recording = tus.start(question, len(VIDEO))
    tus.patch(recording, 0, VIDEO[:6000])
    assert tus.delete(recording).status_code == 204
    assert not Recording.objects.exists()
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    assert tus.head(recording).status_code == 404
    assert tus.patch(recording, 6000, VIDEO[6000:]).status_code == 404


def test_bytes_that_arrive_while_the_upload_is_given_up_leave_nothing(tus, question, settings):
    recording = tus.start(question, len(VIDEO))

    def pieces():
        yield VIDEO[:5000]
        uploads.give_up(recording=Recording.objects.get(pk=recording.pk))
        yield VIDEO[5000:]

    with pytest.raises(uploads.UploadRefused) as refusal:
        uploads.append(recording=recording, offset=0, pieces=pieces())
    assert refusal.value.code == "gone"
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_a_finished_upload_takes_no_more_and_is_not_terminated(tus, question):
    recording = tus.upload(question, VIDEO)
    assert tus.patch(recording, 10_000, b"x").status_code == 410
    assert tus.delete(recording).status_code == 410
    assert tus.head(recording)["Upload-Offset"] == "10000"


def test_a_server_that_died_after_the_last_byte_is_made_good_by_asking(tus, question):
    recording = tus.start(question, len(VIDEO))
    uploads.append(recording=recording, offset=0, pieces=iter([VIDEO]))
    assert tus.head(recording)["Upload-Offset"] == "10000"
    recording.refresh_from_db()
    assert recording.state == Recording.State.RECEIVED and AnalysisRun.objects.count() == 1


def test_a_second_upload_for_the_same_answer_is_in_the_way(tus, question):
    tus.start(question, 10)
    answer = tus.create(question, 10)
    assert (answer.status_code, code(answer)) == (409, "busy")


@pytest.mark.parametrize(
    ("length", "status"), [("0", 400), ("", 400), ("-5", 400), ("many", 400), (str(10**17), 413)]
)
def test_a_length_that_cannot_be_is_refused(tus, question, length, status):
    assert tus.create(question, 10, **{"Upload-Length": length}).status_code == status
    assert not Recording.objects.exists()


def test_more_bytes_than_promised_are_refused(tus, question):
    recording = tus.start(question, 5000)
    answer = tus.patch(recording, 0, VIDEO)
    assert (answer.status_code, code(answer)) == (413, "size")
    assert tus.head(recording)["Upload-Offset"] == "0"


def test_metadata_that_cannot_be_read_is_a_bad_request(tus, question):
    assert tus.create(question, 10, **{"Upload-Metadata": "filename ###"}).status_code == 400
    assert tus.create(question, 10, **{"Upload-Metadata": "filetype dmlkZW8="}).status_code == 201


def test_a_path_in_the_file_name_is_cut_off(tus, question):
    assert tus.start(question, 10, "../../etc/passwd").file_name == "passwd"


@pytest.mark.parametrize("size", [60, 9000])
def test_what_is_no_video_is_refused_and_nothing_is_left(tus, question, settings, size):
    recording = tus.start(question, size, "notes.mp4")
    answer = tus.patch(recording, 0, b"This is plain text. " * (size // 20))
    assert (answer.status_code, code(answer)) == (422, "type")
    assert not Recording.objects.exists()
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_no_room_is_said_with_507_and_a_sentence(tus, question, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda path: usage(1, 1, 0))
    answer = tus.create(question, 10)
    assert answer.status_code == 507
    assert "out of space" in answer.json()["error"]["sentence"]


def test_room_for_what_the_analysis_writes_is_asked_for_before_an_upload_begins(tus, question, monkeypatch):
    usage = namedtuple("usage", "total used free")
    size, spare = 100 * 2**20, uploads._ROOM_LEFT
    for free, status in ((2 * size + spare, 507), (4 * size + spare, 201)):
        monkeypatch.setattr(uploads.shutil, "disk_usage", lambda path, free=free: usage(2**40, 2**40 - free, free))
        assert tus.create(question, size).status_code == status


def test_what_earlier_uploads_still_need_is_not_promised_twice(tus, question, monkeypatch):
    tus.upload(question, VIDEO)
    usage = namedtuple("usage", "total used free")
    other = question.position.questions.exclude(pk=question.pk).first()
    spare = uploads._ROOM_LEFT + 4 * len(VIDEO)
    for free, status in ((spare, 507), (spare + 3 * len(VIDEO), 201)):
        monkeypatch.setattr(uploads.shutil, "disk_usage", lambda path, free=free: usage(2**40, 2**40 - free, free))
        assert tus.create(other, len(VIDEO)).status_code == status


def test_a_disk_that_fills_up_half_way_keeps_the_upload(tus, question, monkeypatch):
    recording = tus.start(question, len(VIDEO))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", full)
    assert tus.patch(recording, 0, VIDEO).status_code == 507
    monkeypatch.undo()
    assert tus.head(recording)["Upload-Offset"] == "0"
    assert tus.patch(recording, 0, VIDEO).status_code == 204


def test_what_did_not_fit_on_a_full_disk_gives_its_room_back(tus, question, monkeypatch):
    recording = tus.start(question, len(VIDEO))
    assert tus.patch(recording, 0, VIDEO[:6000]).status_code == 204
    sizes = []

    def full(descriptor):
        sizes.append(uploads.os.fstat(descriptor).st_size)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.os, "fsync", full)
    assert tus.patch(recording, 6000, VIDEO[6000:]).status_code == 507
    monkeypatch.undo()
    assert sizes == [10_000] and uploads.path_of(recording).stat().st_size == 6000
    assert tus.patch(recording, 6000, VIDEO[6000:]).status_code == 204
    assert uploads.path_of(recording).read_bytes() == VIDEO


def test_the_last_of_the_disk_is_left_to_the_database(tus, question, monkeypatch):
    recording = tus.start(question, len(VIDEO))
    assert tus.patch(recording, 0, VIDEO[:6000]).status_code == 204
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda path: usage(2**40, 2**40 - 2**25, 2**25))
    answer = tus.patch(recording, 6000, VIDEO[6000:])
    assert (answer.status_code, code(answer)) == (507, "room")
    assert uploads.path_of(recording).stat().st_size == 6000
    assert tus.head(recording)["Upload-Offset"] == "6000"
    monkeypatch.undo()
    assert tus.patch(recording, 6000, VIDEO[6000:]).status_code == 204
    assert uploads.path_of(recording).read_bytes() == VIDEO


@pytest.mark.parametrize("left", [0, 4000])
def test_bytes_that_a_disk_has_lost_are_asked_for_again_and_not_filled_with_zeros(tus, question, left):
    recording = tus.start(question, len(VIDEO))
    assert tus.patch(recording, 0, VIDEO[:6000]).status_code == 204
    if left:
        uploads.os.truncate(uploads.path_of(recording), left)
    else:
        uploads.path_of(recording).unlink()
    answer = tus.patch(recording, 6000, VIDEO[6000:])
    assert (answer.status_code, code(answer)) == (409, "offset")
    assert tus.head(recording)["Upload-Offset"] == str(left)
    assert tus.patch(recording, left, VIDEO[left:]).status_code == 204
    assert uploads.path_of(recording).read_bytes() == VIDEO


def test_a_part_without_a_length_is_refused_and_not_dropped_quietly(tus, question):
    recording = tus.start(question, len(VIDEO))
    answer = tus.patch(recording, 0, b"", **{"Transfer-Encoding": "chunked"})
    assert (answer.status_code, code(answer)) == (411, "length")
    assert "Content-Length" in answer.json()["error"]["sentence"]


def test_a_file_name_cannot_turn_the_text_around_it_round(tus, question):
    recording = tus.start(question, 10, "my\u202egpj.4pm\r\nname\x00 é🎥.mp4")
    assert recording.file_name == "mygpj.4pmname é🎥.mp4"


def test_a_method_may_be_named_in_a_header(tus, candidate, question):
    recording = tus.start(question, 10)
    answer = candidate.post(
        reverse("candidate:upload", args=[recording.pk]),
        headers={"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE"},
    )
    assert answer.status_code == 204 and not Recording.objects.exists()


def test_an_unknown_method_is_refused(candidate, question):
    answer = candidate.get(reverse("candidate:uploads", args=[question.pk]))
    assert (answer.status_code, answer["Allow"]) == (405, "OPTIONS, POST")


def test_without_agreeing_to_the_recording_nothing_comes_in(client):
    interview = factories.make_interview(granted=())
    factories.sign_in_candidate(client, interview)
    answer = Tus(client).create(interview.position.questions.first(), 10)
    assert (answer.status_code, code(answer)) == (403, "not_allowed")


@pytest.mark.parametrize(("state", "status"), [("submitted", 201), ("decided", 403)])
def test_after_the_decision_nothing_comes_in(tus, interview, question, state, status):
    type(interview).objects.update(state=state)
    assert tus.create(question, 10).status_code == status


def test_nobody_reaches_an_upload_of_somebody_else(tus, question):
    recording = tus.start(question, len(VIDEO))
    other = Client()
    factories.sign_in_candidate(other, factories.make_interview())
    for client in (other, Client()):
        stranger = Tus(client)
        assert stranger.create(question, 10).status_code == 404
        answers = (stranger.head(recording), stranger.patch(recording, 0, VIDEO), stranger.delete(recording))
        assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_without_the_csrf_token_nothing_is_taken(interview, question):
    strict = Client(enforce_csrf_checks=True)
    factories.sign_in_candidate(strict, interview)
    assert Tus(strict).create(question, 10).status_code == 403
    strict.get("/interview/answers/")
    token = strict.cookies["csrftoken"].value
    assert Tus(strict).create(question, 10, **{"X-CSRFToken": token}).status_code == 201
