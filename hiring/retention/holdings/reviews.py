"""What reviewers left: verdicts on moments, notes, what they watched, and the decision."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from hiring.retention.holdings.base import Copied, Copy, Entry, Holding, Table, as_json
from hiring.review.models import Decision, Note, Verdict, Watched


class Reviews(Holding):
    label = _("what reviewers wrote about your answers, and the decision")
    tables = (
        Table("verdicts", _("Reviewers’ answers to moments"), Verdict, "interview"),
        Table("notes", _("Reviewers’ notes"), Note, "interview"),
        Table("watched", _("Marks that a reviewer watched an answer"), Watched, "interview"),
        Table("decisions", _("Decisions"), Decision, "interview"),
    )
    of_interview = (
        Copied("what-reviewers-wrote.json", _("reviewers' notes, their answers to marked moments, and the decision")),
    )

    def copy_of_interview(self, copy: Copy) -> Iterator[Entry]:
        """All of it is about the candidate. The authors' identities are left out."""
        about = {"interview": copy.interview}
        notes = Note.objects.filter(**about).values_list("recording", "at_ms", "text", "created_at")
        written = {
            "notes": [
                {"answer": copy.folder_of(recording, ""), "at_ms": at_ms, "text": text, "at": at}
                for recording, at_ms, text, at in notes
            ],
            "answers_to_moments": list(
                Verdict.objects.filter(**about).values("moment__kind", "moment__start_ms", "answer", "reason", "at")
            ),
            "decision": Decision.objects.filter(**about).values("outcome", "reason", "at").first(),
        }
        yield as_json("what-reviewers-wrote.json", written)
