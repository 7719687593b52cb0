"""README.txt of a candidate's copy of everything: what each file is, in their language, for no expert."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from textwrap import fill

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from hiring.positions.models import Interview

_WIDTH, _NAME_WIDTH = 110, 34


def readme(interview: Interview, folders: Collection[str]) -> str:
    """The text, with the lines of each file; `folders` are those of the answers."""
    with override(interview.language):
        lines = [
            _("Your interview with {organisation}").format(organisation=settings.ORGANISATION),
            f"{interview.position.title}, {interview.reference}",
            _("Copied on {day} (UTC)").format(day=timezone.now().date().isoformat()),
            "",
            _("This is what is kept about you. Any text editor opens the files that end in .json."),
            _("Files that end in .parquet are tables of numbers, for programs."),
            "",
            *_listed(_of_interview()),
        ]
        if folders:
            heading = _("In the folder of each answer ({folders}):").format(folders=", ".join(folders))
            lines += ["", heading, "", *_listed(_of_answer())]
        if settings.CONTACT:
            lines += ["", _("Questions: {contact}").format(contact=settings.CONTACT)]
        return "\n".join(lines) + "\n"


def _listed(files: Iterable[tuple[str, str]]) -> list[str]:
    """Each file's name with what it is beside it, in lines that fit a screen."""
    beside = " " * _NAME_WIDTH
    return [
        fill(text, _WIDTH, initial_indent=name.ljust(_NAME_WIDTH), subsequent_indent=beside) for name, text in files
    ]


def _of_interview() -> list[tuple[str, str]]:
    return [
        ("interview.json", _("your name, address and place, and how far the interview is")),
        ("consent-receipts.json", _("what you agreed to, when, to which notice, and through which link")),
        ("notice-….md", _("the notice that you read")),
        ("who-looked.json", _("who opened your interview or made a link to it, and when")),
        ("what-reviewers-wrote.json", _("reviewers' notes, their answers to marked moments, and the decision")),
        (
            "other-files.json",
            _(
                "files that are not among the answers, if there are any: not sent to the end, refused, or still "
                "being checked. Download again when they are ready."
            ),
        ),
        ("follow-up-questions.json", _("questions that were offered because of an answer, if any were")),
    ]


def _of_answer() -> list[tuple[str, str]]:
    return [
        ("original.…", _("your video exactly as you sent it")),
        ("recording.json", _("the question, and what is known of the file")),
        ("own-transcript.…", _("the transcript that you added, if you did")),
        ("corrections.json", _("lines of the transcript that you corrected, if you did")),
        ("transcript.vtt, transcript.json", _("the words with their times")),
        (
            "sentences.json",
            _(
                "the sentences: how pleasant their words are by a dictionary, from -1 to 1, and how many words such "
                "as “maybe” they hold. No page shows this; some marked moments are made from it."
            ),
        ),
        ("points-of-the-question.json", _("points of the question with the passages that touch them")),
        ("moments.json", _("the marked moments with their rule and their measurements")),
        ("explanation-….png", _("your face at a marked moment, with the parts that counted")),
        ("analysis.json", _("what was computed, with which versions, and what is usual for you in this answer")),
        ("observations.parquet", _("the measurements of each frame, such as expressions and head turn")),
        ("sound.parquet", _("loudness, pitch and rate of your voice over time")),
    ]
