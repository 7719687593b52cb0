"""The candidate's addresses. Only the first holds the link's token, and it redirects at once."""

from django.urls import path

from hiring.candidate import answers, choices, link, results, rights, status, tus

app_name = "candidate"
urlpatterns = [
    path("i/<str:token>/", link.follow, name="link"),
    path("interview/start/", link.start, name="start"),
    path("interview/language/", link.language, name="language"),
    path("interview/notice/", choices.notice, name="notice"),
    path("interview/choices/", choices.choices, name="choices"),
    path("interview/choices/receipts/", choices.receipts, name="receipts"),
    path("interview/adjustment/", choices.adjustment, name="adjustment"),
    path("interview/answers/", answers.answers, name="answers"),
    path("interview/answers/<uuid:pk>/delete/", answers.delete_answer, name="delete_answer"),
    path("interview/answers/<uuid:pk>/transcript/", answers.add_transcript, name="add_transcript"),
    path("interview/hand-in/", answers.hand_in, name="hand_in"),
    path("interview/uploads/<uuid:pk>/", tus.uploads_of_question, name="uploads"),
    path("interview/uploads/item/<uuid:pk>/", tus.upload, name="upload"),
    path("interview/status/", status.status, name="status"),
    path("interview/status/now/", status.now, name="status_now"),
    path("interview/results/", results.results, name="results"),
    path("interview/results/<uuid:pk>/", results.result, name="result"),
    path("interview/results/<uuid:pk>/video/", results.video, name="video"),
    path("interview/results/<uuid:pk>/poster/", results.poster, name="poster"),
    path("interview/results/moments/<uuid:pk>/", results.explanation, name="explanation"),
    path("interview/results/<uuid:pk>/correct/", results.correct, name="correct"),
    path("interview/results/<uuid:pk>/captions/", results.captions, name="captions"),
    path("interview/download/", rights.download, name="download"),
    path("interview/delete/", rights.delete_everything, name="delete"),
    path("interview/erased/<uuid:pk>/", rights.erased, name="erased"),
]
