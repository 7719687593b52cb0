"""Audit the fairness of this installation's expression model on a folder of images, in the foreground."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from analysis.text import plain
from hiring.lib.commands import NeedsTables
from hiring.networks import fairness
from hiring.networks.models import FairnessAudit


class Command(NeedsTables, BaseCommand):
    help = "Audit the expression model on images with groups (a folder, .tar, .tar.gz or .zip) and keep the result."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="images with groups, anywhere on this machine")
        parser.add_argument("--reader", default="auto", help="how groups are told; found by itself unless given")
        parser.add_argument("--json", action="store_true", help="print the whole result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        from hiring.worker.fairness import carry_out
        from hiring.worker.networks import register_own

        source: Path = options["folder"].resolve()
        if not source.exists():
            raise CommandError(f"There is no folder or archive {options['folder']}.", returncode=2)
        own = register_own()
        if own is None:
            raise CommandError("There is no expression model here to audit.", returncode=2)
        row = fairness.start_in_foreground(network=own, source=plain(source.name)[:255])
        if row is None:
            raise CommandError(f"An audit of this model on {source.name} is already running.", returncode=2)
        ended = carry_out(row, source, own, options["reader"], self._report)
        row.refresh_from_db()
        if ended != FairnessAudit.State.COMPLETE:
            raise CommandError(row.failure or "The audit was stopped.", returncode=2)
        self._say(row, whole=options["json"])

    def _report(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done:,} of {total:,} images", ending="" if done < total else "\n")
        self.stderr.flush()

    def _say(self, row: FairnessAudit, *, whole: bool) -> None:
        from analysis.fairness.table import as_table

        if whole:
            self.stdout.write(json.dumps(row.result, indent=1))
            return
        self.stdout.write(as_table(row.result))
        self.stdout.write(f"\nKept: {settings.BASE_URL}{reverse('administration:fairness_audit', args=[row.pk])}")
