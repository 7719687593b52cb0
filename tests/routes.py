"""Every route, what it is called with, and what each role gets: the table of test_routes_by_role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Not signed in; the candidate of this interview; of another; a recruiter on the team; on no team; an administrator
#: who is not on the team.
ROLES = ("anonymous", "candidate", "other_candidate", "member", "outsider", "administrator")


@dataclass(frozen=True)
class Route:
    """`needs` maps the address's parts to rows of the test's world; `answers` are statuses in the order of ROLES.

    A method that writes is tried with `body`: nothing, unless said otherwise, so that little happens.
    """

    answers: tuple[int, ...]
    method: str = "GET"
    needs: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def everybody(status: int, method: str = "GET", **needs: str) -> Route:
    return Route((status,) * 6, method, needs)


def staff(status: int, method: str = "GET", **needs: str) -> Route:
    """For everybody who can sign in; the others are led to the sign-in page."""
    return Route((302, 302, 302, status, status, status), method, needs)


def team(status: int, method: str = "GET", **needs: str) -> Route:
    """For the team alone; missing and forbidden look alike to everybody else who signs in."""
    return Route((302, 302, 302, status, 404, 404), method, needs)


def administrators(status: int, method: str = "GET", **needs: str) -> Route:
    return Route((302, 302, 302, 404, 404, status), method, needs)


def candidate(own: int, other: int = 404, method: str = "GET", **needs: str) -> Route:
    """For whoever opened a personal link; `other` is what the candidate of another interview gets."""
    return Route((404, own, other, 404, 404, 404), method, needs)


def api(status: int, method: str = "GET", **needs: str) -> Route:
    """For everybody who can sign in."""
    return Route((401, 401, 401, status, status, status), method, needs)


def api_team(status: int, method: str = "GET", **needs: str) -> Route:
    return Route((401, 401, 401, status, 404, 404), method, needs)


#: Every request of the upload protocol but OPTIONS names its version.
UPLOAD = {"Tus-Resumable": "1.0.0"}

ROUTES: dict[str, Route] = {
    # Wiring
    "home": Route((200, 200, 200, 302, 302, 302)),
    "healthz": everybody(200),
    "readyz": everybody(200),
    "set_language": everybody(302, "POST"),
    # Accounts
    "accounts:sign_in": Route((200, 200, 200, 302, 302, 302)),
    "accounts:sign_out": everybody(302, "POST"),
    "accounts:choose_password": everybody(200, uidb64="text", token="text"),
    "accounts:tokens": staff(200),
    "accounts:issue_token": staff(400, "POST"),
    "accounts:revoke_token": staff(404, "POST", token_key="text"),
    # Administration
    "administration:people": administrators(200),
    "administration:add_person": administrators(200, "POST"),
    "administration:person": administrators(200, pk="member"),
    "administration:password_link": administrators(302, "POST", pk="member"),
    "administration:shown_link": administrators(200, pk="member"),
    "administration:team": administrators(200, pk="position"),
    "administration:retention": administrators(200),
    "administration:days": administrators(200, pk="position"),
    "administration:due": administrators(200),
    "administration:erase_due": administrators(302, "POST"),
    "administration:find_interview": administrators(200),
    "administration:erase": administrators(200, "POST", pk="interview"),
    "administration:certificates": administrators(200),
    "administration:certificate": administrators(200, pk="certificate"),
    "administration:places": administrators(200),
    "administration:networks": administrators(200),
    "administration:network": administrators(200, pk="network"),
    "administration:switch_network": administrators(200, "POST", pk="network"),
    "administration:fairness_audits": administrators(200, "POST"),
    "administration:upload_images": administrators(422, "POST"),
    "administration:delete_images": administrators(302, "POST", name="text"),
    "administration:fairness_audit": administrators(200, pk="fairness_audit"),
    "administration:fairness_audit_now": administrators(200, pk="fairness_audit"),
    "administration:fairness_result": administrators(200, pk="fairness_audit"),
    "administration:stopped_analyses": administrators(200),
    "administration:start_all_analyses": administrators(302, "POST"),
    "administration:start_analysis": administrators(302, "POST", pk="run"),
    "administration:audit": administrators(200),
    "administration:check_audit": administrators(302, "POST"),
    "administration:audit_check_state": administrators(200),
    # The API
    "api:positions": api(200),
    "api:position": api_team(200, pk="position"),
    "api:interviews": api(200),
    "api:interview": api_team(200, pk="interview"),
    "api:recording": api_team(200, pk="recording"),
    "api:timeline": api_team(200, pk="recording"),
    "api:transcript": api_team(200, pk="recording"),
    "api:moments": api_team(200, pk="recording"),
    "api:notes": api_team(400, "POST", pk="recording"),
    "api:moment": api_team(200, pk="moment"),
    "api:verdict": api_team(400, "PUT", pk="moment"),
    "api:run": api_team(200, pk="run"),
    "api:retry": api_team(409, "POST", pk="run"),
    "api:me": api(200),
    "api:tokens": api(400, "POST"),
    "api:token": api(404, "DELETE", key="text"),
    "api:schema": api(200),
    "api:nothing_here": api(404),
    # Recruiters
    "recruiter:inbox": staff(200),
    "recruiter:positions": staff(200),
    "recruiter:create_position": staff(200),
    "recruiter:rule": staff(200),
    "recruiter:position": team(200, pk="position"),
    "recruiter:edit_position": team(200, pk="position"),
    "recruiter:rubric": team(200, pk="position"),
    "recruiter:set_open": team(302, "POST", pk="position"),
    "recruiter:add_to_team": team(400, "POST", pk="position"),
    "recruiter:remove_from_team": team(302, "POST", pk="position", user_pk="colleague"),
    "recruiter:invite": team(400, "POST", pk="position"),
    "recruiter:link": team(302, "POST", pk="interview"),
    "recruiter:revoke_link": team(302, "POST", pk="interview"),
    "recruiter:interview": team(200, pk="interview"),
    "recruiter:decision": team(200, pk="interview"),
    "recruiter:timeline": team(200, pk="recording"),
    "recruiter:video": team(200, pk="recording"),
    "recruiter:poster": team(200, pk="recording"),
    "recruiter:captions": team(200, pk="recording"),
    "recruiter:progress": team(200, pk="recording"),
    "recruiter:retry": team(302, "POST", pk="recording"),
    "recruiter:watched": team(204, "POST", pk="recording"),
    "recruiter:add_note": team(422, "POST", pk="recording"),
    "recruiter:delete_note": team(200, "POST", pk="note"),
    "recruiter:moment": team(200, pk="moment"),
    "recruiter:explanation": team(200, pk="moment"),
    "recruiter:verdict": team(422, "POST", pk="moment"),
    "recruiter:undo_verdict": team(200, "POST", pk="moment"),
    # Candidates
    "candidate:link": everybody(404, token="text"),
    "candidate:start": candidate(302, 302),
    "candidate:language": everybody(302, "POST"),
    "candidate:notice": candidate(200, 200),
    "candidate:choices": candidate(200, 200),
    "candidate:receipts": candidate(200, 200),
    "candidate:adjustment": candidate(200, 200),
    "candidate:answers": candidate(200, 200),
    "candidate:hand_in": candidate(302, 302, "POST"),
    "candidate:uploads": Route((404, 400, 404, 404, 404, 404), "POST", {"pk": "question"}, headers=UPLOAD),
    "candidate:upload": Route((404, 200, 404, 404, 404, 404), "HEAD", {"pk": "recording"}, headers=UPLOAD),
    "candidate:status": candidate(200, 200),
    "candidate:status_now": candidate(200, 200),
    "candidate:results": candidate(200, 200),
    "candidate:result": candidate(200, 404, pk="recording"),
    "candidate:video": candidate(200, 404, pk="recording"),
    "candidate:poster": candidate(200, 404, pk="recording"),
    "candidate:captions": candidate(200, 404, pk="recording"),
    "candidate:correct": candidate(404, 404, "POST", pk="recording"),
    "candidate:explanation": candidate(200, 404, pk="moment"),
    "candidate:download": candidate(200, 200, "POST"),
    "candidate:delete": candidate(400, 400, "POST"),
    "candidate:add_transcript": candidate(302, 404, "POST", pk="recording"),
    "candidate:erased": candidate(404, 404, pk="certificate"),
    # Last: it removes files, which nothing brings back for the routes after it.
    "candidate:delete_answer": candidate(302, 404, "POST", pk="recording"),
}
