"""Signing in and out, choosing a password, API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from knox.models import AuthToken

from hiring.accounts import services
from hiring.accounts.forms import SignInForm
from hiring.audit import services as audit


class SignIn(auth_views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        audit.record(actor=form.get_user().as_actor(), action="person.signed_in", obj=form.get_user())
        return response


class ChoosePassword(auth_views.PasswordResetConfirmView):
    """The page behind the link that an administrator hands to a new person. It works once."""

    template_name = "accounts/choose_password.html"
    success_url = reverse_lazy("accounts:sign_in")

    def form_valid(self, form) -> HttpResponse:
        audit.record(actor=form.user.as_actor(), action="person.password_chosen", obj=form.user)
        messages.success(self.request, _("Your password is set. Please sign in."))
        return super().form_valid(form)


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's own API tokens."""
    rows = AuthToken.objects.filter(user=request.user).order_by("-created")
    return render(request, "accounts/tokens.html", {"tokens": rows})


@login_required
@require_POST
def issue_token(request: HttpRequest) -> HttpResponse:
    """Show a new token, this once, in the answer to the POST: it is kept nowhere in readable form."""
    token = services.issue_token(user=request.user, actor=request.user.as_actor())
    rows = AuthToken.objects.filter(user=request.user).order_by("-created")
    return render(request, "accounts/tokens.html", {"tokens": rows, "new_token": token})


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_key: str) -> HttpResponse:
    if not services.revoke_token(user=request.user, token_key=token_key, actor=request.user.as_actor()):
        raise Http404
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:tokens")
