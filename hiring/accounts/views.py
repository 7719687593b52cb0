"""Signing in and out, choosing a password, API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from hiring.accounts import limits, selectors, services
from hiring.accounts.forms import ChoosePasswordForm, SignInForm, TokenForm
from hiring.accounts.models import User
from hiring.accounts.requests import SignedIn
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.web import shown_once


class SignIn(auth_views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # the form that this view has
        response = super().form_valid(form)
        audit.record(actor=form.get_user().as_actor(), action=Action.PERSON_SIGNED_IN, obj=form.get_user())
        limits.remember(response, form.get_user().email)
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        response = super().form_invalid(form)
        if form.came_too_early:
            response.status_code = 429
        return response


class ChoosePassword(auth_views.PasswordResetConfirmView):
    """The page behind the link that an administrator gives to a new person. It works once."""

    template_name = "accounts/choose_password.html"
    success_url = reverse_lazy("accounts:sign_in")
    token_generator = services.password_links

    def get_user(self, uidb64: str) -> User | None:
        """The person, unless their account was closed after the link was made."""
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None

    form_class = ChoosePasswordForm

    def form_valid(self, form: ChoosePasswordForm) -> HttpResponse:
        try:
            response = super().form_valid(form)
        except services.CannotChange as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("Your password is set. Please sign in."))
        return response


@login_required
def tokens(request: SignedIn) -> HttpResponse:
    """The person's own API tokens."""
    return _tokens_page(request, TokenForm())


def _tokens_page(request: SignedIn, form: TokenForm) -> HttpResponse:
    token = shown_once.shown(request)
    page = {
        "form": form,
        "tokens": selectors.tokens(request.user),
        "new_token": token if token and selectors.token_of(request.user, token) else "",
        "minutes": shown_once.MINUTES,
    }
    return render(request, "accounts/tokens.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def issue_token(request: SignedIn) -> HttpResponse:
    """Create a token; the token page shows it for a while."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _tokens_page(request, form)
    try:
        token = services.issue_token(user=request.user, name=form.cleaned_data["name"], actor=request.user.as_actor())
    except services.CannotChange as error:
        form.add_error(None, str(error))
        return _tokens_page(request, form)
    return shown_once.redirect_to_show(reverse("accounts:tokens"), token)


@login_required
@require_http_methods(["GET", "POST"])
def revoke_token(request: SignedIn, token_key: str) -> HttpResponse:
    """Ask for confirmation, showing the token's name, then revoke it."""
    if request.method == "GET":
        token = selectors.tokens(request.user).filter(token_key=token_key).first()
        if token is None:
            raise Http404
        return render(request, "accounts/revoke_token.html", {"token": token})
    if not services.revoke_token(user=request.user, token_key=token_key, actor=request.user.as_actor()):
        raise Http404
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:tokens")
