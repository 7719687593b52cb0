"""So many at once, and a sentence for whoever finds no place."""

from __future__ import annotations

import threading

import pytest
from django.http import HttpResponse
from django.urls import path

from hiring.lib.busy import Busy, Places, Shares
from hiring.urls import handler404, urlpatterns  # noqa: F401 - the pages that an error page links to


def busy_view(request) -> HttpResponse:
    raise Busy("Nothing is free.", retry_after_s=7)


urlpatterns = [*urlpatterns, path("busy/", busy_view)]


def test_the_third_waits_and_the_fourth_is_sent_away():
    places, inside, done = Places(2, waiting=1, wait_s=30), threading.Semaphore(0), threading.Event()
    let_out, seen = threading.Event(), []

    def hold() -> None:
        with places.one("full"):
            inside.release()
            let_out.wait(30)
            seen.append("in")

    threads = [threading.Thread(target=hold) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=30) and inside.acquire(timeout=30)
    while places._room.acquire(blocking=False):  # until the third has come to wait
        places._room.release()
    with pytest.raises(Busy, match="full"), places.one("full"):
        done.set()
    let_out.set()
    for thread in threads:
        thread.join(30)
    assert seen == ["in"] * 3 and not done.is_set()


def test_who_waited_in_vain_is_sent_away_and_leaves_room_for_others():
    places = Places(1, waiting=1, wait_s=0.01)
    with places.one("full"):
        for _ in range(3):
            with pytest.raises(Busy, match="full"), places.one("full"):
                pass
    with places.one("full"):
        pass


def test_a_person_has_their_share_and_all_together_have_a_limit():
    shares = Shares(each=2, together=3)
    first = shares.take("ada", "yours")
    shares.take("ada", "yours")
    with pytest.raises(Busy, match="yours"):
        shares.take("ada", "yours")
    shares.take("grace", "yours")
    with pytest.raises(Busy, match="all"):
        shares.take("joan", "all")
    first()
    shares.take("joan", "all")


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_places_and_shares")
def test_whoever_finds_no_place_reads_429_a_sentence_and_when_to_come_back(client):
    answer = client.get("/busy/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert "Nothing is free." in answer.content.decode()


def test_a_share_is_given_back_in_the_middle_of_taking_another():
    """A finalizer runs whenever objects are collected: in the thread that holds the lock, too."""
    shares = Shares(each=1, together=10)
    give_back = shares.take("ada", "busy")
    with shares._lock:
        give_back()
    shares.take("ada", "busy")
