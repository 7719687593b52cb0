"""Routes for people who sign in."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from hiring.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("password/<uidb64>/<token>/", views.ChoosePassword.as_view(), name="choose_password"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.issue_token, name="issue_token"),
    path("tokens/<slug:token_key>/revoke/", views.revoke_token, name="revoke_token"),
]
