"""The start page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send signed-in people to the inbox; show everyone else what this is."""
    if request.user.is_authenticated:
        return redirect("recruiter:inbox")
    return render(request, "recruiter/home.html")
