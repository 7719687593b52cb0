"""Everything that is kept about a candidate, in the one place that knows it.

Counting, erasing, copying, and telling files that are needed from those that are left over are loops over HOLDINGS.
A test fails for a table that leads to an interview, and for a column that names a file, if no holding has it.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from hiring.positions.models import Interview
from hiring.retention.holdings.agreements import Agreements
from hiring.retention.holdings.analyses import Analyses
from hiring.retention.holdings.base import Holding, Table
from hiring.retention.holdings.recordings import Recordings
from hiring.retention.holdings.reviews import Reviews
from hiring.retention.holdings.transcripts import Transcripts

#: In the order in which a copy and a certificate list them.
HOLDINGS: tuple[Holding, ...] = (Agreements(), Recordings(), Transcripts(), Analyses(), Reviews())
TABLES: tuple[Table, ...] = tuple(table for holding in HOLDINGS for table in holding.tables)


def count(interview: Interview) -> dict[str, int]:
    """How many rows of each table erasing this interview removes. One query for all: a sweep asks thousands."""
    sql, params = _counting()
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, Interview._meta.pk.get_db_prep_value(interview.pk, connection)])
        return dict(zip((table.name for table in TABLES), cursor.fetchone(), strict=True))


def delete_rows(interview: Interview) -> dict[str, int]:
    """Delete every row but the interview's own. Returns how many there were. Call it in a transaction."""
    counts = count(interview)
    # Each table in one statement: delete() would look through every table below it first. The longest way first:
    # once what a row leads through is gone, nothing finds the row.
    for table in sorted(TABLES, key=lambda table: -table.way.count("__")):
        if counts[table.name]:
            rows = table.rows(interview.pk)
            rows._raw_delete(rows.db)
    return counts


def files(interview_id: UUID | str) -> set[str]:
    """The vault's files that any row of this interview names."""
    return set().union(*(table.files(interview_id) for table in TABLES))


def labels(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What was, or will be, erased, in words: each table of which there is something, and how much."""
    known = {table.name: str(table.label) for table in TABLES} | {"files": gettext("Encrypted files")}
    return [(known.get(name, name), number) for name, number in counts.items() if number]


@cache
def _counting() -> tuple[str, tuple[Any, ...]]:
    """The query of `count` and its parameters but the last. Putting it together takes longer than asking it."""
    counted = {f"n_{table.name}": Coalesce(_counted(table.model, table.way), 0) for table in TABLES}
    rows = Interview.objects.order_by().annotate(**counted).values_list(*counted).filter(pk=UUID(int=0))
    sql, params = rows.query.sql_with_params()
    return sql, params[:-1]


def _counted(model: type[Model], way: str) -> Subquery:
    rows = model._default_manager.filter(**{way: OuterRef("pk")}).order_by().values(way)
    return Subquery(rows.annotate(n=Count("pk")).values("n"))
