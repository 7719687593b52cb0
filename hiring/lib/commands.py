"""What management commands share."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class NeedsTables:
    """Mixin for commands: report what is missing in a sentence, instead of failing at the first row."""

    requires_migrations_checks = True

    def check_migrations(self) -> None:
        """Raise CommandError if tables are missing or the database does not respond."""
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {str(error).strip()}") from error
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not ready. Run `manage.py migrate` first, or `make run`, which does.")
