"""Every route. A test walks this tree with every role and fails on a route that it does not know."""

from django.urls import include, path

from hiring.recruiter.views import home
from hiring.web import health

urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("hiring.accounts.urls")),
    path("", include("hiring.candidate.urls")),
    path("review/", include("hiring.recruiter.urls")),
    path("administration/", include("hiring.administration.urls")),
    path("api/v1/", include("hiring.api.urls")),
    path("language/", include("django.conf.urls.i18n")),
]
handler400 = "hiring.web.errors.bad_request"
handler403 = "hiring.web.errors.not_found"
handler404 = "hiring.web.errors.not_found"
handler500 = "hiring.web.errors.server_error"
