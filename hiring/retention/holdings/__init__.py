"""Everything stored about a candidate, defined in one place.

Counting, erasing, exporting, and separating files in use from leftover ones are loops over HOLDINGS. A test fails if
a table that leads to an interview, or a column that names a file, belongs to no holding.
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

#: In the order in which an export and a certificate list them.
HOLDINGS: tuple[Holding, ...] = (Agreements(), Recordings(), Transcripts(), Analyses(), Reviews())
TABLES: tuple[Table, ...] = tuple(table for holding in HOLDINGS for table in holding.tables)


def count(interview: Interview) -> dict[str, int]:
    """Rows of each table that erasing this interview removes. One query for all: a sweep runs thousands."""
    sql, params = _counting()
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, Interview._meta.pk.get_db_prep_value(interview.pk, connection)])
        return dict(zip((table.name for table in TABLES), cursor.fetchone(), strict=True))


def delete_rows(interview: Interview) -> dict[str, int]:
    """Delete every row except the interview's own. Returns how many there were. Call it in a transaction."""
    counts = count(interview)
    # One statement for each table: delete() would search every dependent table first. The longest path goes first:
    # once the rows that a path leads through are gone, its rows cannot be found.
    for table in sorted(TABLES, key=lambda table: -table.way.count("__")):
        if counts[table.name]:
            rows = table.rows(interview.pk)
            rows._raw_delete(rows.db)
    return counts


def files(interview_id: UUID | str) -> set[str]:
    """The vault files referenced by any row of this interview."""
    return set().union(*(table.files(interview_id) for table in TABLES))


def labels(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What was or will be erased, in words: each table that has rows, and how many."""
    known = {table.name: str(table.label) for table in TABLES} | {"files": gettext("Encrypted files")}
    return [(known.get(name, name), number) for name, number in counts.items() if number]


@cache
def _counting() -> tuple[str, tuple[Any, ...]]:
    """The query of `count` and all its parameters but the last. Building the query takes longer than running it."""
    counted = {f"n_{table.name}": Coalesce(_counted(table.model, table.way), 0) for table in TABLES}
    rows = Interview.objects.order_by().annotate(**counted).values_list(*counted).filter(pk=UUID(int=0))
    sql, params = rows.query.sql_with_params()
    return sql, params[:-1]


def _counted(model: type[Model], way: str) -> Subquery:
    rows = model._default_manager.filter(**{way: OuterRef("pk")}).order_by().values(way)
    return Subquery(rows.annotate(n=Count("pk")).values("n"))
