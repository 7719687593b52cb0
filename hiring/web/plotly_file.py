"""Serve plotly.min.js straight from the plotly package, so that no second copy is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

_NAME = "plotly.min.js"


class PlotlyFileFinder(BaseFinder):
    """Find vendor/plotly.min.js, and nothing else of the package's files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.PLOTLY_FILES)
        self.storage.prefix = "vendor"  # type: ignore[attr-defined]  # as in Django's own finder

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != f"vendor/{_NAME}":
            return []
        found = str(settings.PLOTLY_FILES / _NAME)
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        yield _NAME, self.storage
