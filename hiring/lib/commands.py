"""What management commands share."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class NeedsTables:
    """Mixed into a command: it says in a sentence what is missing, instead of failing at the first row."""

    requires_migrations_checks = True

    def check_migrations(self) -> None:
        """Raises CommandError where tables are missing or the database does not answer."""
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {str(error).strip()}") from error
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not ready. Run `manage.py migrate` first, or `make run`, which does.")
