"""One module for one screen."""

from hiring.recruiter.views.home import home as home
