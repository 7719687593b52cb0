"""The schema's common part: every operation can answer with a problem."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from hiring.api.problems import MEDIA_TYPE
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun

#: Named in settings.SPECTACULAR_SETTINGS, so that three fields called `state` get separate types.
INTERVIEW_STATES = Interview.State.choices
RECORDING_STATES = Recording.State.choices
RUN_STATES = AnalysisRun.State.choices

_EVERYWHERE = ("400", "401", "404", "406", "429")
_WHEN_WRITING = ("403", "409", "415")


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457). `errors` names the values that were not accepted, with a sentence for each."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]  # RFC 9457 has no other name for it


class Schema(AutoSchema):
    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        codes = _EVERYWHERE + (_WHEN_WRITING if self.method in ("POST", "PUT", "DELETE") else ())
        for code in codes:
            bodies.setdefault(code, self._get_response_for_code(Problem, code, [MEDIA_TYPE], direction))  # type: ignore[no-untyped-call]
        return bodies
