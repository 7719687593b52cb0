"""What to listen for in answers: key points for each question, and one prepared follow-up question for each point."""

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
from hiring.positions import services
from hiring.positions.selectors import asked_of_all
from hiring.recruiter.forms import FollowUpsForm, PointFormSet


@require_http_methods(["GET", "POST"])
@login_required
def rubric(request: SignedIn, pk: UUID) -> HttpResponse:
    position = access.position_for(request.user, pk)
    filled_in = request.POST if request.method == "POST" else None
    questions = [
        (question, PointFormSet.of(question, filled_in))
        for question in asked_of_all(position).prefetch_related("points__follow_up")
    ]
    form = FollowUpsForm(filled_in, initial={"follow_ups": position.follow_ups})
    page = {"section": "positions", "position": position, "questions": questions, "form": form}
    if filled_in is None:
        return render(request, "recruiter/rubric.html", page)
    # validate every formset, so that all errors are shown at once
    if all([form.is_valid(), *(points.is_valid() for _question, points in questions)]):
        try:
            services.set_rubric(
                position=position,
                points={question.pk: points.points() for question, points in questions},
                follow_ups=form.cleaned_data["follow_ups"],
                actor=request.user.as_actor(),
            )
        except services.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Existing answers are being checked again with it."))
            return redirect("recruiter:rubric", pk=position.pk)
    return render(request, "recruiter/rubric.html", page, status=400)
