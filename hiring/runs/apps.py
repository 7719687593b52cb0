from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from analysis.catalogue import CATALOGUE


def _copy_stages(sender: AppConfig, using: str, **_: Any) -> None:
    """Copy the stages that each kind of moment depends on to the database, so that a new kind needs no migration."""
    rows = sender.get_model("StagesOfKind")._default_manager.using(using)
    for kind, entry in CATALOGUE.items():
        rows.update_or_create(kind=kind.value, defaults={"stages": sorted(entry.stages)})


class RunsConfig(AppConfig):
    name = "hiring.runs"

    def ready(self) -> None:
        post_migrate.connect(_copy_stages, sender=self)
