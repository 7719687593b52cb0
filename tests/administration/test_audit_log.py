"""Reading the record, filtering it, checking it."""

from __future__ import annotations

from pathlib import Path

from hiring.actions.erase import erase
from hiring.administration.wording import GROUPS, action_label
from hiring.audit import checks
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.models import Event
from hiring.positions import services as positions
from hiring.positions.services import Point
from hiring.worker.points import look
from tests import factories
from tests.administration.conftest import text_of

URL = "/administration/audit/"
CHECK, STATE = f"{URL}check/", f"{URL}check/state/"


def test_events_name_who_did_what(admin):
    person = factories.make_user(name="Rosa Recruiter")
    interview = factories.make_interview(factories.make_position(person))
    audit.record(actor=person.as_actor(), action="viewed.recording", interview=interview)
    text = text_of(admin.get(URL))
    assert "Rosa Recruiter" in text and "Opened a recording" in text
    assert f"Candidate of {interview.reference}" in text and "Sightline" in text
    assert "Ada Candidate" not in text


def test_events_are_filtered_by_action_person_and_interview(admin):
    rosa = factories.make_user(name="Rosa Recruiter")
    interview, other = factories.make_interview(), factories.make_interview()
    audit.record(actor=rosa.as_actor(), action="viewed.recording", interview=interview)
    audit.record(actor=rosa.as_actor(), action="viewed.recording", interview=other)
    audit.record(actor=rosa.as_actor(), action="note.added", interview=interview)
    query = {"action": "viewed.", "person": str(rosa.pk), "interview": interview.reference.lower()}
    rows = text_of(admin.get(URL, query)).split("<tbody>")[1]
    assert rows.count("<tr>") == 1 and interview.reference in rows and other.reference not in rows
    assert "<tbody>" in text_of(admin.get(URL, {"interview": str(interview.pk)}))


def test_a_filter_that_fits_nothing_and_one_that_is_none_say_so(admin):
    assert "No event fits these filters." in text_of(admin.get(URL, {"action": "note."}))
    assert "There is no interview with this reference." in text_of(admin.get(URL, {"interview": "K-0"}))
    for query in ({"person": "nobody"}, {"action": "all of them"}, {"interview": "x" * 99}):
        text = text_of(admin.get(URL, query))
        assert "errorlist" in text and "<tbody>" not in text


def test_an_erased_interviews_events_stay_and_are_found_by_its_reference(admin):
    interview = factories.make_interview()
    erase(interview=interview, actor=audit.SYSTEM, reason="candidate")
    text = text_of(admin.get(URL, {"interview": interview.reference}))
    assert "Erased an interview" in text and "Opened the personal link" in text


def test_what_would_tell_who_was_reviewed_without_analysis_is_not_shown(admin):
    run = factories.make_complete_run()
    assert run.fingerprint[:12] not in text_of(admin.get(URL))


def test_the_record_is_cut_into_pages_that_keep_the_filter(admin):
    for _ in range(60):
        audit.record(actor=audit.SYSTEM, action="run.queued")
    assert "?action=run.&amp;before=" in text_of(admin.get(URL, {"action": "run."}))


def test_everything_that_can_be_recorded_has_words_and_a_filter():
    assert not [
        action for action in Action if not action.label or action_label(action) in (action.value, action.name)
    ]
    assert not [action for action in Action if not any(action.startswith(begin) for begin, _label in GROUPS)]


def test_the_record_is_told_what_happened_by_the_list_alone():
    """A code in quotes would be one more home of the same fact, which nothing compares with the list."""
    codes = {f'"{action.value}"' for action in Action}
    hiring = Path(audit.__file__).parent.parent
    sources = [path for path in hiring.rglob("*.py") if "migrations" not in path.parts and path.name != "actions.py"]
    assert not {str(path): found for path in sources if (found := [c for c in codes if c in path.read_text()])}


def test_a_whole_record_is_said_to_be_whole(admin):
    factories.make_interview()
    assert "Checking the audit log" in text_of(admin.post(CHECK, {"whole": "1"}, follow=True))
    assert "0 of" in text_of(admin.get(STATE))
    assert not checks.go_on(for_s=60)
    for page in (URL, STATE):
        text = text_of(admin.get(page))
        assert f"through event {Event.objects.count()}: each one follows the one before it" in text
        assert "Requested by" in text and "Checking" not in text


def test_a_changed_event_is_named(admin):
    factories.make_interview()
    event = Event.objects.order_by("id")[2]
    Event.objects.filter(pk=event.pk).update(actor_id="somebody else")
    admin.post(CHECK)
    assert not checks.go_on(for_s=60)
    assert f"Event {event.pk} does not follow" in text_of(admin.get(URL))


def test_the_last_page_is_reached_without_counting_and_every_event_is_on_one_page(admin):
    for number in range(120):
        audit.record(actor=audit.SYSTEM, action="note.added", number=number)
    seen, address = [], ""
    while True:
        page = admin.get(URL + address).context["page"]
        seen += [event.pk for event in page.rows]
        if page.older is None:
            break
        address = f"?before={page.older}"
    assert seen == list(Event.objects.order_by("-id").values_list("id", flat=True))
    oldest = admin.get(URL, {"after": 0}).context["page"]
    assert [event.pk for event in oldest.rows] == seen[-50:] and oldest.older is None
    middle = admin.get(URL, {"after": oldest.newer}).context["page"]
    assert [event.pk for event in middle.rows] == seen[-100:-50] and middle.older == middle.rows[-1].pk
    newest = admin.get(URL, {"before": "no number"}).context["page"]
    assert newest.newer is None and [event.pk for event in newest.rows] == seen[:50]
    none = admin.get(URL, {"action": "fairness.", "after": 0}).context["page"]
    assert none.rows == [] and none.newer is none.older is None


def test_a_follow_up_question_is_named_and_the_record_itself_holds_ids(admin):
    interview = factories.make_interview()
    question = interview.position.questions.get()
    positions.set_rubric(
        position=interview.position,
        points={question.pk: [Point("what customers were told", "What did they hear?")]},
        follow_ups=True,
        actor=audit.SYSTEM,
    )
    look(factories.make_complete_run(factories.make_ready_recording(interview)))
    page = text_of(admin.get(URL, {"action": "follow_up."}))
    assert "Offered a follow-up question" in page and "What did they hear?" in page
    assert "what customers were told" in page and "no words about it were found" in page
    assert "hear" not in str(Event.objects.get(action="follow_up.offered").details)
