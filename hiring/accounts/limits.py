"""How often wrong passwords may be tried, in addition to axes's limit on one account from one address.

An address may try some accounts, and an account may be tried from some addresses; further attempts must wait.
Attempts are counted whether or not the account exists, so that the response reveals nothing about it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessFailureLog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hiring.web import cookies
from hiring.web.client_address import client_address

_WINDOW = timedelta(minutes=15)
#: An office may share one address, but this many wrong passwords in a quarter of an hour are not an office anymore.
_OF_AN_ADDRESS = 40
#: From here on each wrong password for an account doubles the wait, up to the maximum.
_OF_AN_ACCOUNT = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=4), timedelta(minutes=10)


#: In a browser that has signed in to an account before, other people's guesses do not lock its owner out.
_KNOWN, _PATH = "sightline_known", "/accounts/"


def wait(request: HttpRequest, email: str) -> timedelta:
    """How long this caller must wait before trying this account again; zero if they may try now."""
    now = timezone.now()
    of_account = timedelta(0) if _is_known(request, email) else _of_account(email, now)
    return max(_of_address(client_address(request), now), of_account, timedelta(0))


def remember(response: HttpResponse, email: str) -> None:
    """Remember this browser as one that has signed in to this account."""
    cookies.put(response, _KNOWN, email.lower(), path=_PATH, max_age_s=cookies.LONGEST_S)


def _is_known(request: HttpRequest, email: str) -> bool:
    return cookies.get(request, _KNOWN, path=_PATH, max_age_s=cookies.LONGEST_S) == email.lower()


def _failures(now: datetime, **of: str) -> list[datetime]:
    """When wrong passwords were entered recently, newest first."""
    rows = AccessFailureLog.objects.filter(attempt_time__gt=now - _WINDOW, **of)
    return list(rows.order_by("-attempt_time").values_list("attempt_time", flat=True))


def _of_address(address: str, now: datetime) -> timedelta:
    failures = _failures(now, ip_address=address)
    if len(failures) < _OF_AN_ADDRESS:
        return timedelta(0)
    return failures[_OF_AN_ADDRESS - 1] + _WINDOW - now


def _of_account(email: str, now: datetime) -> timedelta:
    failures = _failures(now, username=email.lower())
    over = len(failures) - _OF_AN_ACCOUNT
    if over < 0:
        return timedelta(0)
    longer: int = 2 ** min(over, 16)
    return failures[0] + min(_FIRST_WAIT * longer, _LONGEST_WAIT) - now


def forget_old() -> None:
    """Remove failures that no longer count."""
    AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - 2 * _WINDOW).delete()
