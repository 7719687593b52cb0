"""Download third-party weights into MODEL_DIR. The product runs without them: their stage says that it is off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

SPEECH_SIZES = ("tiny", "base", "small", "medium")


class Command(BaseCommand):
    help = "Download third-party weights into MODEL_DIR: a faster-whisper model for better transcripts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--speech", choices=SPEECH_SIZES, default=settings.SPEECH_MODEL)

    def handle(self, *args: Any, **options: Any) -> None:
        from faster_whisper import download_model

        folder = Path(settings.MODEL_DIR or settings.VAR_DIR / "models")
        target = folder / f"faster-whisper-{options['speech']}"
        target.mkdir(parents=True, exist_ok=True)
        try:
            download_model(options["speech"], output_dir=str(target))
        except Exception as error:
            raise CommandError(f"The speech model could not be fetched: {error}") from error
        self.stdout.write(f"{target.name} is here.")
        if not settings.MODEL_DIR:
            self.stdout.write(f"Now set MODEL_DIR={folder}")
