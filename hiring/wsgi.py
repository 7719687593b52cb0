"""The WSGI entry point for gunicorn and waitress."""

import contextlib
import ctypes
import os

from django.core.wsgi import get_wsgi_application

_M_ARENA_MAX = -8  # mallopt(3)

# glibc gives each thread a heap of its own and keeps what it freed: with sixteen threads twice the memory. Elsewhere
# there is no such function.
with contextlib.suppress(AttributeError, OSError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)

# And Arrow's own pool keeps for good what a timeline needed for a moment. It is asked for before Arrow is loaded.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hiring.settings")
application = get_wsgi_application()
