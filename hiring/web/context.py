"""Variables available in every template."""

from django.conf import settings
from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, str]:
    """Name and contact of the organization that runs this installation."""
    return {"organisation": settings.ORGANISATION, "contact": settings.CONTACT}
