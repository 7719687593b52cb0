"""Query parameters, checked: a bad parameter answers 400 and is never ignored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from analysis.text import is_plain
from hiring.api.parsers import not_plain
from hiring.positions.models import Interview

FEWEST_POINTS, MOST_POINTS, DEFAULT_POINTS = 10, 5000, 2000
#: Ten days: longer than any recording, small enough for every database's integers.
LATEST_MS = 10 * 24 * 60 * 60 * 1000


def checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the checked query parameters. Raises ValidationError."""
    given = request.query_params.dict()
    if unclean := {name: [not_plain()] for name, value in given.items() if not is_plain(value)}:
        raise serializers.ValidationError({name: said for name, said in unclean.items() if is_plain(name)})
    query = serializer(data=given)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


class PageQuery(serializers.Serializer[Any]):
    page = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=200)


class SchemaQuery(serializers.Serializer[Any]):
    lang = serializers.ChoiceField(required=False, choices=settings.LANGUAGES)
    version = serializers.ChoiceField(required=False, choices=[settings.SPECTACULAR_SETTINGS["VERSION"]])


class InterviewQuery(serializers.Serializer[Any]):
    position = serializers.UUIDField(required=False, help_text="Only interviews for this position.")
    state = serializers.ChoiceField(
        required=False, choices=[choice for choice in Interview.State.choices if choice[0] != Interview.State.ERASED]
    )
    search = serializers.CharField(
        required=False, allow_blank=True, max_length=12, help_text="Part of a reference, such as K-4821-3657."
    )
    ordering = serializers.ChoiceField(required=False, choices=["created_at", "-created_at"], default="-created_at")


class TimelineQuery(serializers.Serializer[Any]):
    """A window of media time, `start_ms` inside and `end_ms` outside."""

    start_ms = serializers.IntegerField(required=False, min_value=0, max_value=LATEST_MS, default=0)
    end_ms = serializers.IntegerField(required=False, min_value=1, max_value=LATEST_MS)
    points = serializers.IntegerField(
        required=False, min_value=FEWEST_POINTS, max_value=MOST_POINTS, default=DEFAULT_POINTS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "end_ms" in attrs and attrs["end_ms"] <= attrs["start_ms"]:
            raise serializers.ValidationError({"end_ms": _("The end must come after the start.")})
        return attrs
