"""Signing in."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hiring.accounts import limits, services
from hiring.accounts.models import ApiToken, User


class SignInForm(AuthenticationForm):
    """Django's own form; the user name is an email address."""

    username = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )

    def clean_username(self) -> str:
        """Treat addresses as case-insensitive, so that the limit on attempts counts each account once."""
        return str(self.cleaned_data["username"]).lower()

    error_messages = {
        "invalid_login": _("The email or password is incorrect. Please try again."),
        "inactive": _("This account is closed."),
    }

    def clean(self) -> dict[str, Any]:
        """Check the limits first: a password that is submitted too early is not even checked."""
        email = self.cleaned_data.get("username")
        wait = limits.wait(self.request, email) if email and self.request else None
        if wait:
            minutes = math.ceil(wait.total_seconds() / 60)
            sentence = ngettext(
                "Too many wrong passwords. Please try again in a minute.",
                "Too many wrong passwords. Please try again in %(minutes)s minutes.",
                minutes,
            )
            raise forms.ValidationError(sentence % {"minutes": minutes}, code="too_many")
        return super().clean()

    @property
    def came_too_early(self) -> bool:
        return self.has_error("__all__", code="too_many")


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    """Django's form; the service sets the password and ends sessions and tokens."""

    def save(self, commit: bool = True) -> User:
        services.choose_password(user=self.user, password=self.cleaned_data["new_password1"])
        user: User = self.user
        return user


class TokenForm(forms.Form):
    """A new API token: its purpose."""

    name = forms.CharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("The program or person that will use it, such as “ATS import”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
