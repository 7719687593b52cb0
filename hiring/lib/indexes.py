"""Indexes that both databases support."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.expressions import OrderBy


class OrderIndex(models.Index):
    """An index for a sort order, with nulls where `nulls_first` and `nulls_last` put them.

    In SQLite an index cannot specify this and always has nulls first (sqlite.org/lang_select.html), so there it
    serves only the orders that do the same.
    """

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, *args: Any, **kw: Any
    ) -> Any:
        if schema_editor.connection.vendor != "sqlite":
            return super().create_sql(model, schema_editor, *args, **kw)
        plain = (
            OrderBy(each.expression, descending=each.descending) if isinstance(each, OrderBy) else each
            for each in self.expressions
        )
        return models.Index(*plain, name=self.name).create_sql(model, schema_editor, *args, **kw)
