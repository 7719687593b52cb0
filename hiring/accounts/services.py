"""Manage people and their tokens."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from hiring.accounts.models import ApiToken, Role, User
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.services import Actor
from hiring.lib.refused import Refused

#: More than anyone connects; a leaked one must not hide among hundreds.
MOST_TOKENS = 20
#: How precisely a token's last use is recorded.
_USED_EVERY = timedelta(minutes=1)


class CannotChange(Refused):
    """A rule forbids the change; `str(error)` is one sentence for the person."""


class _PasswordLinks(PasswordResetTokenGenerator):
    """Django's generator, but links also become invalid if the seal is broken or the account is closed."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.seal}{user.is_active}"


password_links = _PasswordLinks()


@transaction.atomic
def add_person(*, email: str, name: str, role: str, actor: Actor, password: str | None = None) -> User:
    """Add a person. Raises CannotChange if the address is taken."""
    user = User(email=email.strip().lower(), name=name.strip(), role=role)
    user.set_password(password) if password else user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise CannotChange(_("Someone with this address already has an account.")) from error
    audit.record(actor=actor, action=Action.PERSON_ADDED, obj=user, role=role)
    return user


@transaction.atomic
def change_person(*, user: User, role: str, is_active: bool, actor: Actor) -> User:
    """Change role or access. Raises CannotChange if no administrator would be left."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    leaves = locked.is_administrator and (role != Role.ADMINISTRATOR or not is_active)
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if leaves and not others.exists():
        raise CannotChange(_("This is the only administrator. Make someone else an administrator first."))
    locked.role, locked.is_active = role, is_active
    if not is_active:
        locked.break_seal()
        ApiToken.objects.filter(user=locked).delete()
    locked.save(update_fields=["role", "is_active", "seal"])
    audit.record(actor=actor, action=Action.PERSON_CHANGED, obj=locked, role=role, active=is_active)
    return locked


def password_link_parts(user: User) -> tuple[str, str]:
    """Return (uid, token) of a link that lets this person choose a password, once and within three days."""
    return urlsafe_base64_encode(force_bytes(user.pk)), password_links.make_token(user)


def issue_password_link(*, user: User, actor: Actor) -> tuple[str, str]:
    """Return (uid, token) as password_link_parts does, and record who created the link.

    Raises CannotChange for a closed account.
    """
    if not user.is_active:
        raise CannotChange(_("This account is closed. Open it first."))
    audit.record(actor=actor, action=Action.PERSON_PASSWORD_LINK, obj=user)
    return password_link_parts(user)


def choose_password(*, user: User, password: str) -> None:
    """Set a person's password. Anyone who knew the old one may hold sessions and tokens, so all of them end.

    Raises CannotChange for an account that was closed in the meantime.
    """
    encoded = make_password(password)  # before the lock: hashing may wait for a free slot
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not locked.is_active:
            raise CannotChange(_("This account is closed."))
        locked.password = encoded
        locked.break_seal()
        locked.save(update_fields=["password", "seal"])
        ApiToken.objects.filter(user=locked).delete()
        audit.record(actor=locked.as_actor(), action=Action.PERSON_PASSWORD_CHOSEN, obj=locked)


@transaction.atomic
def issue_token(*, user: User, name: str, actor: Actor) -> str:
    """Create an API token and return it: only a hash is stored. Raises CannotChange if there are too many."""
    User.objects.select_for_update().get(pk=user.pk)
    if ApiToken.objects.filter(user=user).count() >= MOST_TOKENS:
        sentence = _("You have %(count)s tokens, which is the most. Revoke one first.")
        raise CannotChange(sentence % {"count": MOST_TOKENS})
    token: str
    row, token = ApiToken.objects.create(user=user, name=name.strip())
    audit.record(actor=actor, action=Action.TOKEN_ISSUED, obj=user, token=row.token_key)
    return token


def token_used(*, token: ApiToken) -> None:
    """Record when a token was last used, to the minute: a program makes many requests a second."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


@transaction.atomic
def revoke_token(*, user: User, token_key: str, actor: Actor) -> bool:
    """Revoke one of the person's tokens, identified by its first characters. Returns False if there is none."""
    revoked, _rows = ApiToken.objects.filter(user=user, token_key=token_key).delete()
    if revoked:
        audit.record(actor=actor, action=Action.TOKEN_REVOKED, obj=user, token=token_key)
    return bool(revoked)
