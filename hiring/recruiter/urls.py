"""Routes of recruiters."""

from django.urls import path

from hiring.recruiter.views import (
    decision,
    inbox,
    invitations,
    media,
    moments,
    notes,
    positions,
    review,
    rubric,
    team,
)

app_name = "recruiter"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("positions/", positions.positions, name="positions"),
    path("positions/new/", positions.create, name="create_position"),
    path("positions/rule/", positions.rule, name="rule"),
    path("positions/<uuid:pk>/", positions.position, name="position"),
    path("positions/<uuid:pk>/edit/", positions.edit, name="edit_position"),
    path("positions/<uuid:pk>/rubric/", rubric.rubric, name="rubric"),
    path("positions/<uuid:pk>/open/", positions.set_open, name="set_open"),
    path("positions/<uuid:pk>/team/", team.add, name="add_to_team"),
    path("positions/<uuid:pk>/team/<uuid:user_pk>/remove/", team.remove, name="remove_from_team"),
    path("positions/<uuid:pk>/invite/", invitations.invite, name="invite"),
    path("interviews/<uuid:pk>/link/", invitations.link, name="link"),
    path("interviews/<uuid:pk>/link/revoke/", invitations.revoke, name="revoke_link"),
    path("interviews/<uuid:pk>/", review.interview, name="interview"),
    path("interviews/<uuid:pk>/decision/", decision.decision, name="decision"),
    path("recordings/<uuid:pk>/timeline/", media.timeline, name="timeline"),
    path("recordings/<uuid:pk>/video/", media.video, name="video"),
    path("recordings/<uuid:pk>/poster/", media.poster, name="poster"),
    path("recordings/<uuid:pk>/captions/", media.captions, name="captions"),
    path("recordings/<uuid:pk>/progress/", review.progress, name="progress"),
    path("recordings/<uuid:pk>/retry/", review.retry, name="retry"),
    path("recordings/<uuid:pk>/watched/", review.watched, name="watched"),
    path("recordings/<uuid:pk>/notes/", notes.add, name="add_note"),
    path("notes/<uuid:pk>/delete/", notes.delete, name="delete_note"),
    path("moments/<uuid:pk>/", moments.moment, name="moment"),
    path("moments/<uuid:pk>/explanation/", moments.explanation, name="explanation"),
    path("moments/<uuid:pk>/verdict/", moments.verdict, name="verdict"),
    path("moments/<uuid:pk>/undo/", moments.undo, name="undo_verdict"),
]
