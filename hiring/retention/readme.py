"""README.txt of a candidate's data export: what each file is, in the candidate's language, for non-experts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from textwrap import fill

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hiring.positions.models import Interview
from hiring.retention.holdings import HOLDINGS
from hiring.retention.holdings.base import Copied

_WIDTH, _NAME_WIDTH = 110, 34


def readme(interview: Interview, folders: Collection[str]) -> str:
    """The text, with the lines for each file; `folders` are those of the answers."""
    with override(interview.language):
        lines = [
            _("Your interview with {organisation}").format(organisation=settings.ORGANISATION),
            f"{interview.position.title}, {interview.reference}",
            _("Copied on {day} (UTC)").format(day=timezone.now().date().isoformat()),
            "",
            _("This is what is kept about you. Any text editor opens the files that end in .json."),
            _("Files that end in .parquet are tables of numbers, for programs."),
            "",
            *_listed(file for holding in HOLDINGS for file in holding.of_interview),
        ]
        if folders:
            heading = _("In the folder of each answer ({folders}):").format(folders=", ".join(folders))
            lines += ["", heading, "", *_listed(file for holding in HOLDINGS for file in holding.of_answer)]
        if settings.CONTACT:
            lines += ["", _("Questions: {contact}").format(contact=settings.CONTACT)]
        return "\n".join(lines) + "\n"


def _listed(files: Iterable[Copied]) -> list[str]:
    """Each file's name with its description, in lines that fit a screen."""
    beside = " " * _NAME_WIDTH
    return [
        fill(str(file.text), _WIDTH, initial_indent=file.name.ljust(_NAME_WIDTH), subsequent_indent=beside)
        for file in files
    ]
