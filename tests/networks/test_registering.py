"""A worker names its network: one row for one weights file, whoever names it and however often."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.expression import weights_file
from analysis.expression.inference import ExpressionClassifier
from hiring.audit.models import Event
from hiring.networks import selectors, services
from hiring.networks.models import Network, Switch
from hiring.networks.services import Shipped
from hiring.worker import networks as worker
from tests import factories


@pytest.mark.django_db
def test_new_weights_are_a_new_row_that_is_on_and_is_written_down():
    first = factories.make_network("a" * 64)
    second = factories.make_network("b" * 64)
    assert first.pk != second.pk and first.is_on and second.is_on
    assert Event.objects.filter(action="network.registered").count() == 2


@pytest.mark.django_db
def test_naming_a_network_again_changes_its_card_but_never_the_switch():
    network = factories.make_network(card="# Old")
    Network.objects.update(is_on=False)
    again = factories.make_network(card="# New", measured={"measured": {"accuracy": 0.7}})
    assert again.pk == network.pk and not again.is_on
    assert again.card == "# New" and again.measured == {"measured": {"accuracy": 0.7}}
    assert again.first_seen_at == network.first_seen_at and again.last_seen_at > network.last_seen_at
    assert Event.objects.filter(action="network.registered").count() == 1


@pytest.mark.django_db
def test_naming_a_network_again_writes_nothing_but_when_it_was_seen_and_that_once_a_minute():
    facts = {"card": "# Card\n" * 5000, "measured": {"accuracy": 0.7, "small": 1e-7, "of": [1, 2.5, None, "ü"]}}
    network = factories.make_network(**facts)
    with CaptureQueriesContext(connection) as queries:
        assert factories.make_network(**facts).last_seen_at == network.last_seen_at
    assert not [query["sql"][:80] for query in queries if query["sql"].startswith("UPDATE")]
    Network.objects.update(last_seen_at=timezone.now() - timedelta(seconds=61))
    with CaptureQueriesContext(connection) as queries:
        assert factories.make_network(**facts).last_seen_at > network.last_seen_at
    (written,) = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert "last_seen_at" in written and "card" not in written and "measured" not in written


@pytest.mark.django_db
def test_only_the_column_that_differs_is_written():
    network = factories.make_network(card="# Old", measured={"accuracy": 0.7})
    with CaptureQueriesContext(connection) as queries:
        factories.make_network(card="# New", measured={"accuracy": 0.7})
    (written,) = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert "card" in written and "measured" not in written
    network.refresh_from_db()
    assert network.card == "# New"


@pytest.mark.django_db(transaction=True)
def test_many_workers_that_name_a_network_at_once_make_one_row():
    faults, barrier = [], threading.Barrier(6)

    def name_it():
        barrier.wait()
        try:
            services.register(shipped=Shipped("net", "c" * 64))
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=name_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Network.objects.count() == 1 and Event.objects.filter(action="network.registered").count() == 1


@pytest.mark.django_db
def test_without_any_row_a_network_may_be_used_and_then_the_one_named_last_counts():
    assert selectors.current() is None and selectors.is_on()
    old = factories.make_network("a" * 64)
    new = factories.make_network("b" * 64)
    Network.objects.filter(pk=new.pk).update(is_on=False)
    assert selectors.current() == new and not selectors.is_on()
    assert selectors.is_on(weights_sha256="a" * 64) and not selectors.is_on(weights_sha256="b" * 64)
    factories.make_network("a" * 64)  # a worker with the old weights starts again
    assert selectors.current() == old and selectors.is_on()


@pytest.mark.django_db
def test_the_database_refuses_a_hash_that_is_none_and_an_off_without_a_reason():
    with pytest.raises(IntegrityError), transaction.atomic():
        Network.objects.create(name="x", weights_sha256="nothing")
    network, person = factories.make_network(), factories.make_user("administrator")
    with pytest.raises(IntegrityError), transaction.atomic():
        Switch.objects.create(network=network, by=person, is_on=False, reason="")


@pytest.mark.django_db
def test_the_registered_hash_is_the_one_that_a_manifest_names():
    network = worker.register_own()
    classifier = ExpressionClassifier.load(threads=1)
    assert (network.weights_sha256, network.name) == (classifier.weights_sha256, classifier.name)
    assert selectors.of_manifest({"weights": {"expression": classifier.weights_sha256}}) == network
    assert network.card.startswith("# ")


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """The shipped weights in a folder of their own, with whatever else a test puts there."""
    copy = tmp_path / "weights" / "expression.safetensors"
    copy.parent.mkdir()
    copy.write_bytes(weights_file.SHIPPED.read_bytes())
    monkeypatch.setattr(weights_file, "SHIPPED", copy)
    return copy


@pytest.mark.django_db
def test_figures_of_these_weights_are_taken_and_those_of_others_left_out(weights):
    sha256 = worker.register_own().weights_sha256
    weights.with_name("measured.json").write_text(json.dumps({"weights_sha256": sha256, "measured": {"n": 5}}))
    weights.with_name("fairness.json").write_text(json.dumps(factories.fairness_result("f" * 64)))
    network = worker.register_own()
    assert network.measured["measured"] == {"n": 5} and network.fairness == {}
    weights.with_name("fairness.json").write_text(json.dumps(factories.fairness_result(sha256)))
    assert worker.register_own().fairness["weights_sha256"] == sha256


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["not json {", "[1, 2]"])
def test_a_damaged_file_of_figures_costs_nothing_but_the_figures(weights, text):
    weights.with_name("measured.json").write_text(text)
    assert worker.register_own().measured == {}


@pytest.mark.django_db
def test_a_worker_without_readable_weights_registers_nothing(weights):
    weights.write_bytes(b"broken")
    assert worker.register_own() is None and not Network.objects.exists()
