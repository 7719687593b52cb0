"""People who sign in. Candidates do not: they hold a personal link."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from knox.models import AbstractAuthToken

from hiring.audit.services import Actor


class Role(models.TextChoices):
    RECRUITER = "recruiter", "Recruiter"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager["User"]):
    """Required by Django's authentication backend; everything else goes through services."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


def _new_seal() -> str:
    return get_random_string(32)


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of the tokens, whose base has no types
    """Someone with an account. Sessions and password links hold a hash of `seal`: a new one invalidates them all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    seal = models.CharField(max_length=32, default=_new_seal, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]
    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(name="user_role_known", condition=models.Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    def as_actor(self) -> Actor:
        return Actor("user", str(self.pk))

    def break_seal(self) -> None:
        """End every session and password link of this person; the caller saves."""
        self.seal = _new_seal()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's hash, with the seal next to the password."""
        value = f"{self.password}{self.seal}"
        return salted_hmac("hiring.accounts.User", value, secret=secret, algorithm="sha256").hexdigest()


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox has no types
    """What a program uses to call the API on behalf of a person. Only the token's hash is stored."""

    name: models.CharField[str, str] = models.CharField(max_length=60)
    last_used_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]
        constraints = [models.CheckConstraint(name="api_token_has_a_name", condition=~models.Q(name=""))]

    def __str__(self) -> str:
        return str(self.name)
