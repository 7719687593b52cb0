"""The registry of networks: what an administrator reads of each, and the switch."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hiring.actions import switch_model
from hiring.administration import card
from hiring.networks.models import Network
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from tests import factories
from tests.administration.conftest import text_of

pytestmark = pytest.mark.django_db
SHA = "a" * 64
MEASURED = {
    "weights_sha256": SHA,
    "measured": {
        "n": 3589,
        "accuracy": 0.7012,
        "ece": 0.0213,
        "abstention": {"threshold": 0.4, "coverage": 0.91, "accuracy": 0.745, "low": 0.73, "high": 0.76},
        "per_class_recall": {"happy": 0.88, "fear": None},
        "intervals": {"accuracy": [0.6861, 0.7163], "per_class_recall": {"happy": [0.86, 0.9], "fear": None}},
    },
    "robustness": {
        "blur, 1.0 px": {"accuracy": 0.61, "low": 0.59, "high": 0.63, "coverage": 0.8, "accuracy_of_answers": 0.7},
        "eyes covered": {"accuracy": 0.42, "low": 0.4, "high": 0.44, "coverage": 0.0, "accuracy_of_answers": None},
    },
}


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\N{NO-BREAK SPACE}", " ").split())


def test_before_any_worker_has_started_the_page_says_so(admin):
    assert "No worker has reported its model yet." in text_of(admin.get(reverse("administration:networks")))


def test_the_list_shows_figures_with_intervals_state_and_how_many_analyses(admin):
    factories.make_network("b" * 64, name="older")
    factories.make_network(SHA, measured=MEASURED)
    factories.make_complete_run(weights=SHA)
    html = _plain(text_of(admin.get(reverse("administration:networks"))))
    assert "Accuracy 70.1 % (68.6 to 71.6 %)" in html and "Calibration error 0.021" in html
    assert re.search(r"test-expression aaaaaaaaaa in use .* On .* UTC 1 older bbbbbbbbbb", html)
    assert "A new version starts switched on" in html


def test_the_page_of_a_network_shows_card_figures_robustness_and_the_shipped_audit(admin):
    network = factories.make_network(
        SHA, card="# Title\n\n## What for\n\nText.", measured=MEASURED, fairness=factories.fairness_result(SHA)
    )
    html = text_of(admin.get(reverse("administration:network", args=[network.pk])))
    assert "<h3>What for</h3>" in html and SHA in html
    words = _plain(html)
    assert "Coverage 91.0 % – Accuracy when it answers 74.5 % 73.0 to 76.0 %" in words
    assert "Recall: happy 88.0 % 86.0 to 90.0 %" in words and "Recall: fear" not in words
    assert "blur, 1.0 px 61.0 % 59.0 to 63.0 % 80.0 % 70.0 %" in words
    assert "eyes covered 42.0 % 40.0 to 44.0 % 0.0 % –" in words
    assert "1 of 3 differences" in words


def test_a_network_without_any_file_beside_it_still_has_a_page(admin):
    network = factories.make_network(SHA)
    html = text_of(admin.get(reverse("administration:network", args=[network.pk])))
    for sentence in ("No file of figures", "No audit came", "No card came"):
        assert sentence in html


def test_a_card_cannot_act_on_the_page():
    html = card.as_html(
        "# Title\n\n<script>alert(1)</script> <b onclick=x>b</b>\n\n[a](javascript:alert(1)) ![p<q](http://x/y.png) "
        "[a file](../b.toml) [paper](https://example.org/?a&b)\n\n"
        "| a | b |\n|---|--:|\n| 1 | <i>2</i> |\n"
    )
    assert not re.search(r"<(script|b|i|img)\b|style=|href=.javascript", html)
    assert "&lt;script&gt;" in html and "<td>1</td>" in html and 'tabindex="0"' in html
    assert "<em>p&lt;q</em>" in html and " a file " in html
    assert '<a href="https://example.org/?a&amp;b">paper</a>' in html
    assert "Title" not in html, "the page says the name itself"


def test_the_page_before_the_switch_says_what_follows(admin):
    network = factories.make_network(SHA)
    factories.make_complete_run(weights=SHA)
    lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256=SHA)
    runs.queue(recording=factories.make_ready_recording())
    words = _plain(text_of(admin.get(reverse("administration:switch_network", args=[network.pk]))))
    assert "1 analysis that runs with it is stopped" in words
    assert "1 analysis that waits leaves expression out" in words
    assert "1 analysis that it took part in stays." in words


def test_switching_off_and_on_from_the_screen(admin, administrator):
    network = factories.make_network(SHA)
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256=SHA)
    address = reverse("administration:switch_network", args=[network.pk])
    answer = text_of(admin.post(address, {"to": "off", "reason": "It is wrong about glasses."}, follow=True))
    assert "1 analysis was stopped and starts again without it." in answer
    assert "Switched off" in answer and "It is wrong about glasses." in answer and administrator.name in answer
    run.refresh_from_db()
    assert run.state == AnalysisRun.State.CANCELLED
    answer = text_of(admin.post(address, {"to": "on"}, follow=True))
    assert "The model is on." in answer
    assert Network.objects.get().is_on


def test_without_a_reason_the_page_asks_again_and_nothing_changes(admin):
    network = factories.make_network(SHA)
    address = reverse("administration:switch_network", args=[network.pk])
    assert "This field is required." in text_of(admin.post(address, {"to": "off", "reason": "  "}))
    network.refresh_from_db()
    assert network.is_on


def test_a_second_click_on_an_old_page_does_not_switch_it_back(admin, administrator):
    network = factories.make_network(SHA)
    switch_model.switch_off(network=network, person=administrator, reason="First.")
    address = reverse("administration:switch_network", args=[network.pk])
    assert "Someone else has already done this" in text_of(admin.post(address, {"to": "off", "reason": "Second."}))
    assert not Network.objects.get().is_on and network.switches.count() == 1


def test_the_places_say_that_expression_is_off(admin, administrator):
    network = factories.make_network(SHA)
    address = reverse("administration:places")
    assert "expressions are not computed at the moment" not in text_of(admin.get(address))
    switch_model.switch_off(network=network, person=administrator, reason="First.")
    assert "expressions are not computed at the moment" in text_of(admin.get(address))
