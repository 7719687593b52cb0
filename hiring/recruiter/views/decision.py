"""A named person's decision, on a page of its own."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.recruiter import viewed
from hiring.recruiter.forms import DecisionForm
from hiring.review import selectors, services


@require_http_methods(["GET", "POST"])
@login_required
def decision(request: SignedIn, pk: UUID) -> HttpResponse:
    interview = access.interview_for(request.user, pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide(interview=interview, person=request.user, **form.cleaned_data)
        except services.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your decision has been recorded."))
            return redirect("recruiter:decision", pk=pk)
    page = {
        "section": "inbox",
        "interview": interview,
        "form": form,
        "handed_in": viewed.handed_in(interview),
        "decision": selectors.decision_of(interview),
        "answers": viewed.answers(request, interview),
    }
    return render(request, "recruiter/decision.html", page, status=400 if form.errors else 200)
