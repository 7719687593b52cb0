"""What recruiters fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from hiring.policy.rules import place_choices
from hiring.positions.models import Interview, Position, Question, RubricPoint
from hiring.positions.selectors import asked_of_all
from hiring.positions.services import Point
from hiring.review.inbox import Show
from hiring.review.models import Decision

_QUESTION_CHARACTERS = Question._meta.get_field("text").max_length or 0
#: A number or a bullet left over from a pasted list: the page adds its own numbers.
_ENUMERATION = re.compile(r"^\s*(?:\(?\d{1,2}[.):]|[-–—•*·])\s+")
_MOST_QUESTIONS = 20
_MOST_POINTS = 8


def _without_number(line: str) -> str:
    return _ENUMERATION.sub("", line).strip()


class InboxForm(forms.Form):
    """Search, position and order. Invalid values are ignored and never cause an error page."""

    search = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or reference")}),
    )
    position = forms.ModelChoiceField(
        label=_("Position"), required=False, queryset=Position.objects.none(), empty_label=_("All positions")
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("newest", _("Newest answers first")),
            ("oldest", _("Oldest answers first")),
            ("invited", _("Newest invitations first")),
            ("name", _("Name, A to Z")),
        ],
    )
    state = forms.ChoiceField(required=False, choices=[(show.value, show.value) for show in Show])
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, positions: QuerySet[Position], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["position"]
        field.queryset = positions.only("title").order_by("title")

    def choices_made(self) -> dict[str, Any]:
        """Arguments for review.selectors.inbox."""
        self.is_valid()
        chosen = self.cleaned_data
        position = chosen.get("position")
        return {
            "search": chosen.get("search", ""),
            "position": position.pk if position else None,
            "sort": chosen.get("sort") or "newest",
            "state": chosen.get("state", ""),
            "page": chosen.get("page") or 1,
        }

    def trail(self) -> str:
        """The list as a query string, carried by its interviews' addresses, so the reviewer can continue in it."""
        chosen = {name: value for name, value in self.choices_made().items() if value}
        return urlencode({"from": "inbox", **chosen})


class PositionForm(forms.Form):
    """A position, with one question per line."""

    title = forms.CharField(label=_("Title"), max_length=160)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=4000,
        help_text=_("Candidates read this before they answer."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    questions = forms.CharField(
        label=_("Questions"),
        help_text=_("One on each line, in the order in which they are asked."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    employer_place = forms.ChoiceField(label=_("Where the employer is"), choices=place_choices)
    job_place = forms.ChoiceField(label=_("Where the job is"), choices=place_choices)

    def clean_questions(self) -> list[str]:
        lines = [_without_number(line) for line in self.cleaned_data["questions"].splitlines()]
        texts = [text for text in lines if text]
        if not texts:
            raise forms.ValidationError(_("Please write at least one question."))
        if len(texts) > _MOST_QUESTIONS:
            raise forms.ValidationError(_("Please ask at most %(count)s questions.") % {"count": _MOST_QUESTIONS})
        if any(len(text) > _QUESTION_CHARACTERS for text in texts):
            raise forms.ValidationError(
                _("A question may have at most %(count)s characters.") % {"count": _QUESTION_CHARACTERS}
            )
        if len(set(texts)) < len(texts):
            raise forms.ValidationError(_("Two questions are the same."))
        return texts

    @classmethod
    def of(cls, position: Position) -> PositionForm:
        """A form filled with the position's current values."""
        return cls(
            initial={
                "title": position.title,
                "description": position.description,
                "questions": "\n".join(question.text for question in asked_of_all(position)),
                "employer_place": position.employer_place,
                "job_place": position.job_place,
            }
        )


class PointForm(forms.Form):
    """One point of a rubric. If emptied, it is removed."""

    text = forms.CharField(
        label=_("Point"), required=False, max_length=RubricPoint._meta.get_field("text").max_length, strip=True
    )
    follow_up = forms.CharField(
        label=_("Follow-up question, if no words about it are found"), required=False, max_length=_QUESTION_CHARACTERS
    )

    def clean_text(self) -> str:
        return _without_number(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("follow_up") and not values.get("text"):
            raise forms.ValidationError(_("Please write the point that this follow-up question belongs to."))
        return values


class _Points(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic at run time
    """The points of one question, with two empty rows."""

    default_error_messages = forms.BaseFormSet.default_error_messages | {
        "too_many_forms": _("Please write at most %(num)d key points per question."),
        "missing_management_form": _("Something of this form is missing. Please reload the page and try again."),
    }

    def clean(self) -> None:
        texts = [point.text for point in self.points()] if not any(self.errors) else []
        if len(set(texts)) < len(texts):
            raise forms.ValidationError(_("Two points of this question are the same."))

    def points(self) -> list[Point]:
        """What was entered, in order."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("text")]
        return [Point(row["text"], row["follow_up"]) for row in rows]

    @classmethod
    def of(cls, question: Question, filled_in: Any = None) -> _Points:
        """The formset of a question, filled with its current values."""
        now = [
            {"text": point.text, "follow_up": point.follow_up.text if hasattr(point, "follow_up") else ""}
            for point in question.points.all()
        ]
        # when bound, only what was sent counts: a form equal to its initial values would count as empty
        return cls(filled_in, initial=None if filled_in else now, prefix=str(question.pk))


PointFormSet: type[_Points] = forms.formset_factory(  # type: ignore[assignment]  # of this class, with numbers
    PointForm, formset=_Points, extra=2, max_num=_MOST_POINTS, validate_max=True, absolute_max=_MOST_POINTS
)


class FollowUpsForm(forms.Form):
    """The switch for follow-up questions."""

    follow_ups = forms.BooleanField(
        label=_("Offer a follow-up question"),
        required=False,
        help_text=_(
            "Before submitting, a candidate may then be offered the follow-up question of the first key point that "
            "was not found, at most one per answer, and may skip it. None is offered when recognition confidence is "
            "low. The audit log shows who was offered what, and why."
        ),
    )


class PlacesForm(forms.Form):
    """Only the two places, for the sentence on what they allow."""

    employer_place = forms.ChoiceField(choices=place_choices)
    job_place = forms.ChoiceField(choices=place_choices)


class TeamForm(forms.Form):
    email = forms.EmailField(label=_("Email of a colleague"), help_text=_("They need an account here already."))


class InviteForm(forms.Form):
    """One candidate."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Email"), max_length=Interview._meta.get_field("candidate_email").max_length)
    place = forms.ChoiceField(
        label=_("Where the candidate is"),
        choices=place_choices,
        help_text=_("The strictest rule of the three places applies."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    again = forms.BooleanField(
        label=_("Invite this person again"),
        required=False,
        widget=forms.HiddenInput,
        help_text=_("They will have two interviews for this position, each with its own link."),
    )

    def ask_about(self, earlier: Iterable[Interview]) -> None:
        """Say who already has this address, and let the same form be sent again to invite them anyway."""
        known = ", ".join(f"{interview.candidate_name} ({interview.reference})" for interview in earlier)
        sentence = _("This address has been invited for this position before: {known}. Tick the box to invite again.")
        self.add_error("email", sentence.format(known=known))
        self.fields["again"].widget = forms.CheckboxInput()


class DecisionForm(forms.Form):
    """A named person's decision."""

    outcome = forms.ChoiceField(
        label=_("Decision"), choices=Decision.Outcome.choices, widget=forms.RadioSelect, initial=None
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        help_text=_("Which answers led to it. The candidate may ask to read this."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
