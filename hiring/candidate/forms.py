"""What candidates fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hiring.candidate.wording import PURPOSE_TITLES
from hiring.policy.rules import Purpose
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview

#: The most common requests. Stored in English, because the team reads them; no reason is ever asked for.
_ADJUSTMENTS = [
    ("More time for each answer", _("More time for each answer")),
    ("Captions or a written version of the questions", _("Captions or a written version of the questions")),
    ("Answering in writing", _("Answering in writing")),
    ("Answering by voice, without a picture", _("Answering by voice, without a picture")),
    ("Answering in a conversation with a person", _("Answering in a conversation with a person")),
]


class ChoicesForm(forms.Form):
    """Purposes as switches. The second button grants recording only, whatever the switches say."""

    purpose = forms.MultipleChoiceField(
        required=False,
        error_messages={
            "invalid_choice": _("One of these choices is not offered for this interview. Please reload the page.")
        },
    )

    def __init__(self, *args: Any, interview: Interview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = rule_of(interview).allowed
        field: Any = self.fields["purpose"]
        field.choices = [(p.value, PURPOSE_TITLES[p]) for p in Purpose if p in allowed]

    def granted(self) -> frozenset[Purpose]:
        """What the candidate agrees to."""
        if "without_analysis" in self.data:
            return frozenset({Purpose.RECORDING})
        return frozenset(Purpose(value) for value in self.cleaned_data["purpose"])


class AdjustmentForm(forms.Form):
    usual = forms.MultipleChoiceField(
        label=_("What would help?"),
        choices=_ADJUSTMENTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other = forms.CharField(
        label=_("Something else"),
        help_text=_("In your own words. You do not have to say why."),
        required=False,
        max_length=700,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @classmethod
    def of(cls, interview: Interview) -> AdjustmentForm:
        """The form, showing what was requested before."""
        lines = interview.accommodation.splitlines()
        known = {value for value, _label in _ADJUSTMENTS}
        return cls(
            initial={
                "usual": [line for line in lines if line in known],
                "other": "\n".join(line for line in lines if line not in known),
            }
        )

    def text(self) -> str:
        """Everything that was requested, one per line."""
        return "\n".join([*self.cleaned_data["usual"], self.cleaned_data["other"].strip()]).strip()


class DeleteEverythingForm(forms.Form):
    sure = forms.BooleanField(
        label=_("I understand that this cannot be undone."),
        error_messages={"required": _("Please tick the box first, so that nothing is deleted by accident.")},
    )
