"""Download everything, delete everything."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hiring import access
from hiring.actions.erase import erase
from hiring.candidate.forms import DeleteEverythingForm
from hiring.candidate.frame import page
from hiring.candidate.link import forget
from hiring.recordings.streaming import Rationed
from hiring.retention import export
from hiring.retention.holdings import HOLDINGS, labels
from hiring.retention.models import ErasureCertificate


@require_POST
def download(request: HttpRequest) -> HttpResponseBase:
    """Everything stored about this person as one ZIP, built while it is sent."""
    interview = access.proven_candidate_link(request).interview
    sent = Rationed(request, interview.pk, long=True)
    try:
        export.note(interview=interview)
    except BaseException:
        sent.close()
        raise
    response = StreamingHttpResponse(sent.of(export.zip_pieces(interview)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="interview-{interview.reference}.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def delete_everything(request: HttpRequest) -> HttpResponse:
    """Erase the interview immediately. The certificate that follows names no one."""
    interview = access.proven_candidate_link(request).interview
    form = DeleteEverythingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        certificate = erase(
            interview=interview, actor=interview.as_actor(), reason=ErasureCertificate.Reason.CANDIDATE
        )
        request.session.flush()
        request.session["erasure_certificate"] = str(certificate.pk)
        response = redirect("candidate:erased", pk=certificate.pk)
        forget(response, interview)
        return response
    status = 400 if form.is_bound else 200
    has_videos = interview.recordings.exists()
    return page(
        request,
        "delete.html",
        interview,
        status=status,
        form=form,
        has_videos=has_videos,
        holdings=HOLDINGS,
        section="delete",
    )


@require_safe
def erased(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificate: what was deleted, when, and that the key is destroyed."""
    certificate = access.candidate_certificate(request, pk)
    return page(request, "erased.html", None, certificate=certificate, contents=labels(certificate.counts))
