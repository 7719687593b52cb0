from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate

from hiring.lib.logs import keep_tokens_out


def _take_time(using: str, **_: Any) -> None:
    """Lift the limit on a statement for the process that migrates: a large table takes longer."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


class LibConfig(AppConfig):
    name = "hiring.lib"

    def ready(self) -> None:
        keep_tokens_out()
        pre_migrate.connect(_take_time, sender=self)
