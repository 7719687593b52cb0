"""The OpenAPI schema is valid, complete, and offers nothing that ranks a person."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture
def schema() -> dict:
    return SchemaGenerator().get_schema(public=True)


def test_the_schema_validates_without_a_warning(tmp_path):
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
    assert file.read_text().startswith("openapi: 3")


def test_the_schema_is_served_to_those_who_are_signed_in(api, client):
    assert client.get("/api/v1/schema/").status_code == 401
    assert api.get("/api/v1/schema/?format=json").json()["info"]["title"] == "Sightline API"


def test_no_endpoint_ranks_passes_or_rejects_a_person(schema):
    assert not [path for path in schema["paths"] if re.search(r"rank|score|reject|pass|decision|sort", path)]
    fields = {name for part in schema["components"]["schemas"].values() for name in part.get("properties", {})}
    assert not {name for name in fields if re.search(r"score|rank|rating|verdict_on_person", name)}


def test_what_can_be_changed_is_a_short_list(schema):
    writes = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in schema["paths"].items()
        for method in methods
        if method in {"post", "put", "patch", "delete"}
    }
    assert writes == {
        "PUT /moments/{id}/verdict/",
        "DELETE /moments/{id}/verdict/",
        "POST /recordings/{id}/notes/",
        "POST /runs/{id}/retry/",
        "POST /tokens/",
        "DELETE /tokens/{key}/",
    }


def test_every_operation_asks_who_calls(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"token": []}, {"session": []}], f"{method} {path}"
