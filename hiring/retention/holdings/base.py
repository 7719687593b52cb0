"""The building blocks of a category of data stored about a candidate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from hiring.positions.models import Interview
from hiring.recordings import vault
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import complete_run

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_PIECE = 256 * 1024
#: One file in a candidate's data export: its name, and its bytes in pieces.
Entry = tuple[str, Iterable[bytes]]


@dataclass(frozen=True)
class Table:
    """A table with rows about one interview.

    name: the name used for it in a certificate. label: the human-readable name. way: the path from its rows to the
    interview.
    """

    name: str
    label: _StrPromise
    model: type[Model]
    way: str

    def rows(self, interview_id: UUID | str) -> QuerySet[Model]:
        return self.model._default_manager.filter(**{self.way: interview_id})

    def files(self, interview_id: UUID | str) -> set[str]:
        """Names of the vault files that its rows reference, in the columns that the model lists in VAULT_FILES."""
        columns: Sequence[str] = getattr(self.model, "VAULT_FILES", ())
        rows = self.rows(interview_id).values_list(*columns) if columns else ()
        values = (value for row in rows for value in row)
        return {name for value in values for name in (value if isinstance(value, list) else [value]) if name}


@dataclass(frozen=True)
class Copied:
    """A file in a candidate's data export, as described in its README."""

    name: str
    text: _StrPromise


class Holding:
    """A category of stored data.

    label: what a candidate reads before it is deleted.
    of_interview, of_answer: what an export has of it, once per interview and once in each answer's folder.
    """

    label: _StrPromise
    tables: tuple[Table, ...]
    of_interview: tuple[Copied, ...] = ()
    of_answer: tuple[Copied, ...] = ()

    def copy_of_interview(self, copy: Copy) -> Iterator[Entry]:
        """The files that `of_interview` describes."""
        return iter(())

    def copy_of_answer(self, copy: Copy, recording: Recording, run: AnalysisRun | None) -> Iterator[Entry]:
        """The files that `of_answer` describes, by their names in the folder. run: the newest complete one."""
        return iter(())


class Copy:
    """One candidate's data export: the interview, and a folder for each answer."""

    def __init__(self, interview: Interview) -> None:
        self.interview = interview

    @cached_property
    def folders(self) -> dict[Recording, str]:
        kept = self.interview.recordings.filter(state=Recording.State.READY).select_related("question")
        return {recording: f"answer-{number}" for number, recording in enumerate(kept, start=1)}

    def folder_of(self, recording_id: UUID | None, otherwise: str) -> str:
        names = {recording.pk: folder for recording, folder in self.folders.items()}
        return names.get(recording_id, otherwise) if recording_id else otherwise

    def entries(self, holdings: Iterable[Holding]) -> Iterator[Entry]:
        """Every file except the README."""
        for holding in holdings:
            yield from holding.copy_of_interview(self)
        for recording, folder in self.folders.items():
            run = complete_run(recording)
            for holding in holdings:
                for name, pieces in holding.copy_of_answer(self, recording, run):
                    yield f"{folder}/{name}", pieces


def as_json(name: str, value: Any) -> Entry:
    return name, [json.dumps(value, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False).encode()]


def decrypted(recording: Recording, name: str) -> Iterator[bytes]:
    """A vault file's decrypted bytes. At most one piece is in memory."""
    with vault.open_file(recording.interview_id, name) as file:
        while piece := file.read(_PIECE):
            yield piece
