"""What an administrator fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hiring.accounts.models import Role, User
from hiring.actions.switch_model import LONGEST_REASON
from hiring.administration.wording import GROUPS
from hiring.positions.models import Interview, Position

ROLES = [(Role.RECRUITER.value, _("Recruiter")), (Role.ADMINISTRATOR.value, _("Administrator"))]
_ROLES_HELP = _(
    "A recruiter works with the positions whose team they are on. An administrator also looks after people, "
    "retention and the record."
)


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, help_text=_ROLES_HELP)


class AccountForm(forms.Form):
    """Role and access of someone who already has an account."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES, help_text=_ROLES_HELP)
    account = forms.ChoiceField(
        label=_("Account"),
        choices=[("open", _("Open: can sign in")), ("closed", _("Closed: cannot sign in"))],
        help_text=_("Closing an account signs the person out everywhere and revokes their API tokens."),
    )

    @classmethod
    def of(cls, person: User, posted: Any = None) -> AccountForm:
        return cls(posted, initial={"role": person.role, "account": "open" if person.is_active else "closed"})


_DAYS: dict[str, Any] = {"min_value": 1, "max_value": 3650}
_DAYS_REFUSED = dict.fromkeys(
    ("required", "invalid", "min_value", "max_value"), _("Please choose between 1 and 3650 days.")
)


class DaysForm(forms.Form):
    after_decision = forms.IntegerField(
        label=_("Days after the decision"),
        **_DAYS,
        error_messages=_DAYS_REFUSED,
        help_text=_(
            "Then the recording and everything drawn from it is erased. Where the law allows fewer days, those apply."
        ),
    )
    without_decision = forms.IntegerField(
        label=_("Days without a decision"),
        **_DAYS,
        error_messages=_DAYS_REFUSED,
        help_text=_("Counted from the day the answers were submitted, or otherwise from the invitation."),
    )

    @classmethod
    def of(cls, position: Position, posted: Any = None) -> DaysForm:
        days = {"after_decision": position.days_after_decision, "without_decision": position.days_without_decision}
        return cls(posted, initial=days)


class WithinForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("Show what is due"),
        coerce=int,
        choices=[
            (0, _("now")),
            (7, _("within 7 days")),
            (30, _("within 30 days")),
            (90, _("within 90 days")),
            (365, _("within a year")),
        ],
    )


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=120)


class TeamForm(forms.Form):
    email = forms.EmailField(label=_("Email"), help_text=_("They need an account here already."))


class FindForm(forms.Form):
    """A reference, or part of one; a whole address or a whole name: no one is found by a single character."""

    q = forms.CharField(
        label=_("Reference, email or name"),
        required=False,
        max_length=254,
        help_text=_("The reference is on every page of the candidate. Email and name must match exactly."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConfirmForm(forms.Form):
    """Typing the reference confirms that this is the intended interview."""

    confirm = forms.CharField(label=_("Type the reference to confirm"), max_length=20)

    def __init__(self, *args: Any, interview: Interview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.interview = interview
        self.fields["confirm"].widget.attrs["autocomplete"] = "off"

    def clean_confirm(self) -> str:
        typed: str = self.cleaned_data["confirm"].strip().upper()
        if typed != self.interview.reference.upper():
            raise forms.ValidationError(_("This is not the reference of this interview. Nothing was erased."))
        return typed


class SwitchForm(forms.Form):
    """Why a model is switched: required to switch it off, optional to switch it on."""

    reason = forms.CharField(label=_("Why, in one sentence"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, to_on: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        field.required = not to_on
        field.widget.attrs["autocomplete"] = "off"
        field.help_text = _("It is kept and shown to administrators with the model. Do not name anyone.")
        if to_on:
            field.label = _("Why, in one sentence (not required)")


class StartAuditForm(forms.Form):
    """Folders are chosen from names that the server offers: what is typed into an address never becomes a path."""

    source = forms.ChoiceField(label=_("Images"))

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["source"]
        field.choices = [(name, name) for name in names]


class AuditForm(forms.Form):
    action = forms.ChoiceField(label=_("What"), required=False, choices=[("", _("Everything")), *GROUPS])
    person = forms.ChoiceField(label=_("Who"), required=False)
    interview = forms.CharField(
        label=_("Interview"),
        required=False,
        max_length=36,
        widget=forms.TextInput(attrs={"placeholder": "K-4821-3657", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [("", _("Anyone")), *((str(row.pk), row.name) for row in people)]
