"""Routes of the API, version 1."""

from django.urls import path, re_path

from hiring.api.views import account, interviews, moments, recordings, runs, schema
from hiring.api.views.base import NothingHere

app_name = "api"
urlpatterns = [
    path("positions/", interviews.Positions.as_view(), name="positions"),
    path("positions/<uuid:pk>/", interviews.Position.as_view(), name="position"),
    path("interviews/", interviews.Interviews.as_view(), name="interviews"),
    path("interviews/<uuid:pk>/", interviews.Interview.as_view(), name="interview"),
    path("recordings/<uuid:pk>/", recordings.Recording.as_view(), name="recording"),
    path("recordings/<uuid:pk>/timeline/", recordings.Timeline.as_view(), name="timeline"),
    path("recordings/<uuid:pk>/transcript/", recordings.Transcript.as_view(), name="transcript"),
    path("recordings/<uuid:pk>/moments/", moments.Moments.as_view(), name="moments"),
    path("recordings/<uuid:pk>/notes/", recordings.Notes.as_view(), name="notes"),
    path("moments/<uuid:pk>/", moments.Moment.as_view(), name="moment"),
    path("moments/<uuid:pk>/verdict/", moments.Verdict.as_view(), name="verdict"),
    path("runs/<uuid:pk>/", runs.Run.as_view(), name="run"),
    path("runs/<uuid:pk>/retry/", runs.Retry.as_view(), name="retry"),
    path("me/", account.Me.as_view(), name="me"),
    path("tokens/", account.Tokens.as_view(), name="tokens"),
    path("tokens/<slug:key>/", account.Token.as_view(), name="token"),
    path("schema/", schema.Schema.as_view(), name="schema"),
    # Only with the trailing slash, so that an address without it is still redirected to one with it. Not a dot, which
    # stops at a line break: an address may contain an encoded one.
    re_path(r"^(?:[\s\S]*/)?$", NothingHere.as_view(), name="nothing_here"),
]
