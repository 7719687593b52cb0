"""The models that workers have: their cards, what was measured, and the switch."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.actions import switch_model
from hiring.administration import card, fairness, figures, wording
from hiring.administration.forms import SwitchForm
from hiring.administration.guard import administrators_only
from hiring.networks import selectors
from hiring.networks.models import Network
from hiring.runs.selectors import results_of, weights_in_use

_FRAME = {"section": "models", "tab": "networks"}


def _row(network: Network) -> dict[str, object]:
    switch = network.last_switch
    return {
        "network": network,
        "figures": figures.headline(network.measured),
        "results": results_of(network),
        "since": switch.at if switch else network.first_seen_at,
    }


@administrators_only
@require_safe
def networks(request: SignedIn) -> HttpResponse:
    """Every version of the expression model, the one a worker reported last on top, and the other files in use."""
    rows = [_row(network) for network in access.networks(request.user)]
    others = [
        {**file, "does": wording.weights_label(file["name"]), "short_hash": file["sha256"][:10]}
        for file in weights_in_use()
        if file["name"] != Network.Kind.EXPRESSION
    ]
    context = {**_FRAME, "rows": rows, "current": selectors.current(), "others": others}
    return render(request, "administration/networks.html", context)


@administrators_only
@require_safe
def network(request: SignedIn, pk: UUID) -> HttpResponse:
    """One model: state, figures, fairness, card."""
    found = access.network_for(request.user, pk)
    context = {
        **_FRAME,
        **_row(found),
        "is_current": found == selectors.current(),
        "figures": figures.all_of(found.measured),
        "robustness": figures.robustness(found.measured),
        "fairness": fairness.shown(found.fairness),
        "audits": access.fairness_audits(request.user).filter(network=found)[:10],
        "card": card.as_html(found.card),
    }
    return render(request, "administration/network.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def switch(request: SignedIn, pk: UUID) -> HttpResponse:
    """Explain the consequences, ask why, switch."""
    found = access.network_for(request.user, pk)
    # What the person saw on the page counts: a second click, or someone else's, does not switch it back.
    to_on = request.POST.get("to") == "on" if request.method == "POST" else not found.is_on
    form = SwitchForm(request.POST or None, to_on=to_on)
    if request.method == "POST" and form.is_valid():
        try:
            _do(request, found, form.cleaned_data["reason"], to_on=to_on)
        except switch_model.CannotSwitch as error:
            form.add_error(None, str(error))
        else:
            return redirect("administration:network", pk=pk)
    context = {**_FRAME, **_row(found), "form": form, "to_on": to_on, **switch_model.in_work(found)}
    return render(request, "administration/switch_network.html", context)


def _do(request: SignedIn, network: Network, reason: str, *, to_on: bool) -> None:
    if to_on:
        switch_model.switch_on(network=network, person=request.user, reason=reason)
        messages.success(request, _("The model is on. Analyses that start from now on use it."))
        return
    stopped = switch_model.switch_off(network=network, person=request.user, reason=reason)
    sentence = _("The model is off. Nothing is computed with it anymore.")
    if stopped:
        again = ngettext(
            "%(count)d analysis was stopped and starts again without it.",
            "%(count)d analyses were stopped and start again without it.",
            stopped,
        )
        sentence = f"{sentence} {again % {'count': stopped}}"
    messages.success(request, sentence)
