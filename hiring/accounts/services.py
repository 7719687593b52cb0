"""Changes to people and their tokens."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from knox.models import AuthToken

from hiring.accounts.models import Role, User
from hiring.audit import services as audit
from hiring.audit.services import Actor


class CannotChange(Exception):
    """A rule forbids the change; `str(error)` is one sentence for the person."""


@transaction.atomic
def add_person(*, email: str, name: str, role: str, actor: Actor, password: str | None = None) -> User:
    """Add a person. Raises CannotChange if the address is taken."""
    user = User(email=email.strip().lower(), name=name.strip(), role=role)
    user.set_password(password) if password else user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise CannotChange(_("Somebody with this address is already here.")) from error
    audit.record(actor=actor, action="person.added", obj=user, role=role)
    return user


@transaction.atomic
def change_person(*, user: User, role: str, is_active: bool, actor: Actor) -> User:
    """Change role or access. Raises CannotChange where nobody would be left to administer."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    leaves = locked.is_administrator and (role != Role.ADMINISTRATOR or not is_active)
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if leaves and not others.exists():
        raise CannotChange(_("This is the only administrator. Make somebody else an administrator first."))
    locked.role, locked.is_active = role, is_active
    locked.save(update_fields=["role", "is_active"])
    if not is_active:
        AuthToken.objects.filter(user=locked).delete()
    audit.record(actor=actor, action="person.changed", obj=locked, role=role, active=is_active)
    return locked


def password_link_parts(user: User) -> tuple[str, str]:
    """Return (uid, token) of a link with which this person, once and within three days, chooses a password."""
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def issue_password_link(*, user: User, actor: Actor) -> tuple[str, str]:
    """Return (uid, token) as password_link_parts does, and write down who made the link.

    Raises CannotChange for a closed account.
    """
    if not user.is_active:
        raise CannotChange(_("This account is closed. Open it first."))
    audit.record(actor=actor, action="person.password_link", obj=user)
    return password_link_parts(user)


@transaction.atomic
def issue_token(*, user: User, actor: Actor) -> str:
    """Make an API token and return it. Only a hash is stored: it is shown this once."""
    row, token = AuthToken.objects.create(user=user)
    audit.record(actor=actor, action="token.issued", obj=user, token=row.token_key)
    return token


@transaction.atomic
def revoke_token(*, user: User, token_key: str, actor: Actor) -> bool:
    """Revoke one of the person's tokens, named by its first characters. Returns False where there is none."""
    revoked, _rows = AuthToken.objects.filter(user=user, token_key=token_key).delete()
    if revoked:
        audit.record(actor=actor, action="token.revoked", obj=user, token=token_key)
    return bool(revoked)
