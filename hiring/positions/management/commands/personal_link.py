"""A personal link for a candidate who lost the browser they began in, or in whose place someone else began.

The person running this has verified who is asking. The link opens everything, in any browser, and what other browsers
proved before no longer counts.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from hiring.audit.services import SYSTEM
from hiring.lib.commands import NeedsTables
from hiring.positions import services
from hiring.positions.models import Interview


class Command(NeedsTables, BaseCommand):
    help = "Print a new personal link for an interview. It proves who opens it: give it to no one but the candidate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="such as K-48213")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Interview.objects.exclude(state=Interview.State.ERASED)
        interview = found.filter(reference__iexact=options["reference"].strip()).first()
        if interview is None:
            raise CommandError("There is no interview with this reference.")
        token = services.new_link(interview=interview, actor=SYSTEM)
        self.stdout.write(settings.BASE_URL + reverse("candidate:link", args=[token]))
