"""A burst of sign-ins takes two places for hashing; the rest are asked to come back."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import hashers

from hiring.accounts import hashing
from hiring.lib.busy import Busy, Places
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(settings, monkeypatch):
    """The product's own hashers, with a person from before, and no place left."""
    settings.PASSWORD_HASHERS = ["hiring.accounts.hashing.Argon2", "hiring.accounts.hashing.PBKDF2"]
    factories.make_user(email="rosa@example.org")
    monkeypatch.setattr(hashing, "PLACES", Places(1, waiting=0, wait_s=0))
    with hashing.PLACES.one("held by the test"):
        yield


def test_without_a_place_signing_in_is_answered_with_429_and_a_sentence(full, client):
    for email in ("rosa@example.org", "nobody@example.org"):
        answer = client.post("/accounts/sign-in/", {"username": email, "password": factories.PASSWORD})
        assert answer.status_code == 429 and "Many people are signing in right now." in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_no_kind_of_hash_is_made_or_checked_without_a_place(full):
    for hasher in (hashing.Argon2(), hashing.PBKDF2()):
        with pytest.raises(Busy):
            hasher.encode("secret", hasher.salt())
    with pytest.raises(Busy):
        hashing.Argon2().verify("secret", "argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA")
    with pytest.raises(Busy):
        hashing.PBKDF2().verify("secret", "pbkdf2_sha256$1$salt$hash")


def test_the_installation_hashes_with_these_alone_and_reads_what_django_wrote():
    assert all(isinstance(each, hashing.Argon2 | hashing.PBKDF2) for each in _of_settings())
    for django in (hashers.Argon2PasswordHasher(), hashers.PBKDF2PasswordHasher()):
        written = django.encode("secret", django.salt())
        ours = next(each for each in _of_settings() if each.algorithm == django.algorithm)
        assert ours.verify("secret", written) and not ours.verify("other", written)


def _of_settings() -> list[hashers.BasePasswordHasher]:
    # The tests' own settings have a fast hasher: these are the product's.
    from hiring import settings

    assert settings.PASSWORD_HASHERS and django_settings.PASSWORD_HASHERS != settings.PASSWORD_HASHERS
    return [hashers.import_string(name)() for name in settings.PASSWORD_HASHERS]
