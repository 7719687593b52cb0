"""Signing in."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Django's own form; the user name is an email address."""

    username = forms.EmailField(
        label=_("Email"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )

    def clean_username(self) -> str:
        """Addresses differ in no letter's case: the limit on attempts counts one account once."""
        return str(self.cleaned_data["username"]).lower()

    error_messages = {
        "invalid_login": _("This email and password do not belong together. Please try again."),
        "inactive": _("This account is closed."),
    }
