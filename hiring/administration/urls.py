"""Routes of administrators."""

from django.urls import path

from hiring.administration.views import (
    analyses,
    audit,
    certificates,
    erasure,
    fairness,
    networks,
    people,
    places,
    retention,
    teams,
)

app_name = "administration"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="add_person"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/password-link/", people.password_link, name="password_link"),
    path("people/<uuid:pk>/link/", people.link, name="shown_link"),
    path("positions/<uuid:pk>/team/", teams.team, name="team"),
    path("retention/", retention.retention, name="retention"),
    path("retention/positions/<uuid:pk>/", retention.days, name="days"),
    path("retention/due/", erasure.due, name="due"),
    path("retention/due/erase/", erasure.erase_due, name="erase_due"),
    path("retention/erase/", erasure.find, name="find_interview"),
    path("retention/erase/<uuid:pk>/", erasure.erase, name="erase"),
    path("retention/certificates/", certificates.certificates, name="certificates"),
    path("retention/certificates/<uuid:pk>/", certificates.certificate, name="certificate"),
    path("retention/places/", places.places, name="places"),
    path("models/", networks.networks, name="networks"),
    path("models/<uuid:pk>/", networks.network, name="network"),
    path("models/<uuid:pk>/switch/", networks.switch, name="switch_network"),
    path("models/fairness/", fairness.audits, name="fairness_audits"),
    path("models/fairness/images/", fairness.upload_images, name="upload_images"),
    path("models/fairness/images/<str:name>/delete/", fairness.delete_images, name="delete_images"),
    path("models/fairness/<uuid:pk>/", fairness.audit, name="fairness_audit"),
    path("models/fairness/<uuid:pk>/now/", fairness.now, name="fairness_audit_now"),
    path("models/fairness/<uuid:pk>/result.json", fairness.download, name="fairness_result"),
    path("analyses/", analyses.stopped, name="stopped_analyses"),
    path("analyses/start/", analyses.start_all, name="start_all_analyses"),
    path("analyses/<uuid:pk>/start/", analyses.start, name="start_analysis"),
    path("audit/", audit.audit_log, name="audit"),
    path("audit/check/", audit.check, name="check_audit"),
    path("audit/check/state/", audit.check_state, name="audit_check_state"),
]
