"""The rule that applies to an interview."""

from __future__ import annotations

from hiring.policy.rules import Rule, rule_for
from hiring.positions.models import Interview


def rule_of(interview: Interview) -> Rule:
    """Employer, job and candidate each bring a place; the strictest of them applies."""
    position = interview.position
    return rule_for([position.employer_place, position.job_place, interview.candidate_place])
