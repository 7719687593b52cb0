"""Playback: any byte range of an encrypted file, and never more than that."""

import gc
import io

import pytest
from django.http import Http404
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from hiring.lib.busy import Busy, Shares
from hiring.recordings import keys, streaming, vault
from hiring.recordings.streaming import NotSatisfiable, media_response, requested_range
from tests import factories
from tests.candidate.conftest import video_bytes

pytestmark = pytest.mark.django_db
CONTENT = video_bytes(150_000)


@pytest.fixture
def kept(interview):
    keys.get_or_create(interview.pk)
    return interview.pk, vault.store(interview.pk, io.BytesIO(CONTENT), "mp4")


def get(kept, method="get", **headers):
    request = getattr(RequestFactory(), method)("/", headers=headers)
    return media_response(request, *kept, "video/mp4")


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_without_a_range_the_whole_file_comes(kept):
    response = get(kept)
    assert (response.status_code, body(response)) == (200, CONTENT)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-", 0, 149_999),
        ("bytes=65535-65536", 65_535, 65_536),
        ("bytes=70000-140000", 70_000, 140_000),
        ("bytes=149999-", 149_999, 149_999),
        ("bytes=-1", 149_999, 149_999),
        ("bytes=-500000", 0, 149_999),
        ("bytes=100-999999999", 100, 149_999),
    ],
)
def test_a_range_comes_as_206_with_its_place(kept, asked, first, last):
    response = get(kept, Range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/150000"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=150000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_outside_the_file_is_416_with_the_size(kept, asked):
    response = get(kept, Range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */150000")


@pytest.mark.parametrize("asked", ["", "bytes=", "bytes=-", "bytes=5-2", "items=0-1", "bytes=0-1,5-6", "bytes=a"])
def test_what_is_no_single_range_is_ignored(kept, asked):
    response = get(kept, Range=asked)
    assert (response.status_code, body(response)) == (200, CONTENT)


def test_if_range_never_matches_because_nothing_was_promised(kept):
    response = get(kept, Range="bytes=0-9", **{"If-Range": '"some-tag"'})
    assert (response.status_code, len(body(response))) == (200, 150_000)


def test_head_says_the_size_and_sends_nothing(kept):
    response = get(kept, "head", Range="bytes=0-9")
    assert (response.status_code, response["Content-Length"], response.content) == (200, "150000", b"")


def test_a_destroyed_key_a_missing_file_and_a_strange_name_are_404(kept, interview):
    with pytest.raises(Http404):
        get((interview.pk, "missing.mp4"))
    with pytest.raises(Http404):
        get((interview.pk, "../../etc/passwd"))
    with pytest.raises(Http404):
        get((interview.pk, ""))
    keys.destroy(interview.pk)
    with pytest.raises(Http404):
        get(kept)


def test_no_header_names_the_file(kept):
    response = get(kept)
    name = kept[1].partition(".")[0]
    assert name not in str(response.headers)
    response.close()


def test_a_player_that_leaves_closes_the_file(kept):
    response = get(kept)
    next(iter(response.streaming_content))
    response.close()
    with pytest.raises(ValueError, match="closed file"):
        next(iter(response.streaming_content))


def test_own_video_plays_with_ranges_and_ends_with_its_deletion(client):
    recording = factories.make_ready_recording(content=CONTENT)
    factories.sign_in_candidate(client, recording.interview)
    url = f"/interview/results/{recording.pk}/video/"
    assert client.get(url, headers={"Range": "bytes=1-3"}).getvalue() == CONTENT[1:4]
    keys.destroy(recording.interview_id)
    assert client.get(url, headers={"Range": "bytes=4-5"}).status_code == 404


LIKE_A_RANGE = st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True)


@given(header=st.one_of(st.text(max_size=40), LIKE_A_RANGE), size=st.integers(0, 10**12))
def test_any_header_gives_a_span_inside_the_file_or_a_clear_answer(header, size):
    try:
        span = requested_range(header, size)
    except NotSatisfiable:
        return
    if span is not None:
        first, last = span
        assert 0 <= first <= last < size


@given(first=st.integers(0, 10**6), length=st.integers(1, 10**6), size=st.integers(1, 10**6))
def test_a_range_inside_the_file_is_taken_as_it_is(first, length, size):
    last = first + length - 1
    if last < size:
        assert requested_range(f"bytes={first}-{last}", size) == (first, last)
        assert requested_range(f"bytes=-{length}", size) == (size - length, size - 1)


def test_an_answer_that_is_under_way_ends_when_the_interview_is_erased(kept):
    pieces = iter(get(kept).streaming_content)
    assert next(pieces) == CONTENT[: vault.BLOCK]
    assert keys.destroy(kept[0])
    with pytest.raises(keys.KeyGone):
        next(pieces)


@pytest.fixture
def short_answers(monkeypatch):
    monkeypatch.setattr(streaming, "LARGEST_ANSWER", 70_000)
    monkeypatch.setattr(streaming, "_UNCOUNTED", 1000)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, 69_999),
        ("bytes=70000-", 70_000, 139_999),
        ("bytes=1-140000", 1, 70_000),
        ("bytes=140000-", 140_000, 149_999),
    ],
)
def test_a_long_range_is_answered_with_its_beginning(kept, short_answers, asked, first, last):
    response = get(kept, Range=asked)
    assert (response.status_code, response["Content-Range"]) == (206, f"bytes {first}-{last}/150000")
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]


def test_a_player_that_asks_again_where_each_answer_ended_gets_the_whole_file(kept, short_answers):
    found = b""
    while len(found) < len(CONTENT):
        found += body(get(kept, Range=f"bytes={len(found)}-"))
    assert found == CONTENT


def test_a_long_file_asked_for_whole_comes_whole_but_to_one_person_once_at_a_time(kept, short_answers):
    first = get(kept)
    with pytest.raises(Busy, match="Another download"):
        get(kept)
    assert body(get(kept, Range="bytes=0-9")) == CONTENT[:10]
    assert body(first) == CONTENT
    first.close()
    assert body(get(kept)) == CONTENT


def test_an_answer_that_nobody_took_or_closed_gives_its_share_back(kept, short_answers):
    get(kept)
    gc.collect()
    get(kept).close()


def test_one_person_plays_so_many_videos_at_once_and_no_more(kept, short_answers, monkeypatch):
    monkeypatch.setattr(streaming, "_SHORT", Shares(each=2, together=10))
    playing = [get(kept, Range="bytes=0-"), get(kept, Range="bytes=0-")]
    with pytest.raises(Busy, match="Too many videos"):
        get(kept, Range="bytes=0-")
    assert body(get(kept, Range="bytes=0-99")) == CONTENT[:100]
    playing[0].close()
    get(kept, Range="bytes=0-").close()
