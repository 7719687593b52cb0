"""Routes of the people who administer."""

from django.urls import path

from hiring.administration.views import audit, certificates, erasure, people, places, retention

app_name = "administration"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="add_person"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/password-link/", people.password_link, name="password_link"),
    path("retention/", retention.retention, name="retention"),
    path("retention/positions/<uuid:pk>/", retention.days, name="days"),
    path("retention/due/", erasure.due, name="due"),
    path("retention/due/erase/", erasure.erase_due, name="erase_due"),
    path("retention/erase/", erasure.find, name="find_interview"),
    path("retention/erase/<uuid:pk>/", erasure.erase, name="erase"),
    path("retention/certificates/", certificates.certificates, name="certificates"),
    path("retention/certificates/<uuid:pk>/", certificates.certificate, name="certificate"),
    path("retention/places/", places.places, name="places"),
    path("audit/", audit.audit_log, name="audit"),
    path("audit/check/", audit.check, name="check_audit"),
]
