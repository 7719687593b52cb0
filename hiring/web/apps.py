from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate

from hiring.web.logs import keep_tokens_out


def _take_time(using: str, **_: Any) -> None:
    """Lift the statement timeout for the process that migrates: a large table takes longer."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


class WebConfig(AppConfig):
    name = "hiring.web"

    def ready(self) -> None:
        keep_tokens_out()
        # Without a sender: Django sends the signal only for applications with models, and this one has none.
        pre_migrate.connect(_take_time)
