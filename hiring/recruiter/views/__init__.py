"""One module per screen."""

from hiring.recruiter.views.home import home as home
