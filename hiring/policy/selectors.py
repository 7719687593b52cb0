"""The rule that applies to an interview."""

from __future__ import annotations

from hiring.policy.rules import Rule, rule_for
from hiring.positions.models import Interview


def rule_of(interview: Interview) -> Rule:
    """The strictest rule of the employer's, the job's and the candidate's place applies."""
    position = interview.position
    return rule_for([position.employer_place, position.job_place, interview.candidate_place])
