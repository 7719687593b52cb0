"""Wiring. Every value that differs between installations comes from hiring.lib.environment."""

from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from hiring.lib import environment

ENV = environment.read()
BASE_DIR = environment.ROOT
VAR_DIR = ENV.var_dir
SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
BASE_URL = ENV.base_url
HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "axes",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "hiring.web",
    "hiring.audit",
    "hiring.accounts",
    "hiring.positions",
    "hiring.policy",
    "hiring.consent",
    "hiring.recordings",
    "hiring.networks",
    "hiring.runs",
    "hiring.review",
    "hiring.retention",
    "hiring.worker",
    "hiring.api",
    "hiring.candidate",
    "hiring.recruiter",
    "hiring.administration",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hiring.web.middleware.DataIsCompressed",
    "hiring.web.middleware.BodiesHaveALimit",
    "hiring.web.outside.TextFromOutsideIsPlain",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "hiring.web.middleware.BusyIsSaid",
    # Before the CSRF check, which reads a form before any view is called.
    "hiring.candidate.gate.UploadsHaveAGate",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "hiring.web.middleware.PersonalPagesAreNotStored",
    "hiring.web.middleware.TimesAreTheReaders",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "hiring.candidate.frame.TooOftenIsSaid",
]

ROOT_URLCONF = "hiring.urls"
WSGI_APPLICATION = "hiring.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "hiring.web.context.organisation",
            ],
            "builtins": ["hiring.web.templatetags.times"],
        },
    }
]

DATABASES = {"default": environ.Env.db_url_config(ENV.database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN: two writers wait for each other instead of failing halfway.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # secure_delete overwrites deleted data, regardless of how this SQLite was compiled.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        ),
    }
    # A file, not memory: tests with several threads need several connections.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A hanging query or transaction is ended and releases what it holds; migrations take the time they need
    # (hiring.web.apps). Compiling a list's query, or starting more processes for it, takes longer than answering it;
    # and the data it reads is in memory, or on a disk with instant seeks.
    POSTGRES = {
        "statement_timeout": 1000 * ENV.statement_timeout_s,
        "idle_in_transaction_session_timeout": 1000 * ENV.statement_timeout_s,
        "jit": "off",
        "max_parallel_workers_per_gather": 0,
        "random_page_cost": 1.1,
    }
    DATABASES["default"]["OPTIONS"] = {"options": " ".join(f"-c {name}={value}" for name, value in POSTGRES.items())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "hiring.accounts.hashing.Argon2",
    "hiring.accounts.hashing.PBKDF2",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "hiring.web.client_address.client_address"
AXES_VERBOSE = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True  # what hiring.accounts.limits counts

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("de", "Deutsch"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "hiring" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.static_dir
PLOTLY_FILES: Path = Path(str(files("plotly"))) / "package_data"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "hiring.web.plotly_file.PlotlyFileFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
CSRF_FAILURE_VIEW = "hiring.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUST_PROXY = ENV.trust_proxy
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "hiring.api.authentication.Token",
        "hiring.api.authentication.Session",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["hiring.api.parsers.PlainJSON"],
    "DEFAULT_PAGINATION_CLASS": "hiring.api.pagination.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "hiring.api.openapi.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    "EXCEPTION_HANDLER": "hiring.api.problems.handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Its own migrations would create a table of tokens that nothing uses and that gets in the way of emptying the user
# table.
MIGRATION_MODULES = {"knox": None}
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - a model's name
REST_KNOX = {"TOKEN_TTL": timedelta(days=365), "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sightline API",
    "DESCRIPTION": "Interviews, recordings, their timelines, transcripts and moments. Nothing here scores a person.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "InterviewState": "hiring.api.openapi.INTERVIEW_STATES",
        "RecordingState": "hiring.api.openapi.RECORDING_STATES",
        "RunState": "hiring.api.openapi.RUN_STATES",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = ENV.broker_url
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 6 * 60 * 60
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
# Short, urgent work has its own queue and process: a backlog of analyses must not delay erasure.
CONTROL_TASKS = ("reconcile", "discard", "check_record", "sweep")
CELERY_TASK_ROUTES = {f"sightline.{name}": {"queue": "control"} for name in CONTROL_TASKS}
CELERY_BEAT_SCHEDULE = {
    "reconcile": {"task": "sightline.reconcile", "schedule": 15.0, "options": {"expires": 15}},
    "sweep": {"task": "sightline.sweep", "schedule": timedelta(hours=1), "options": {"expires": 3600}},
}
if ENV.broker_url.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.5,
    }
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    CELERY_WORKER_SEND_TASK_EVENTS = False
else:
    # Measured: without the restore settings a lost task comes back after 100 s instead of 11; and the visibility
    # timeout must exceed the hard time limit, or a long task runs twice. A request that wakes a worker must not wait
    # for a broker that is away: without the four retry settings it took 6 s, with them less than 0.1.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": CELERY_TASK_TIME_LIMIT + 600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_timeout": 3,
        "socket_connect_timeout": 1,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
    }

ORGANISATION = ENV.organisation
CONTACT = ENV.contact
MODEL_DIR = ENV.model_dir
SPEECH_MODEL = ENV.speech_model
MASTER_KEY = ENV.master_key
KEY_DIR = ENV.key_dir
VAULT_DIR = VAR_DIR / "vault"
AUDIT_DIR = ENV.audit_dir
UPLOAD_DIR = VAR_DIR / "uploads"
WORK_DIR = VAR_DIR / "work"
MAX_UPLOAD_BYTES = ENV.max_upload_bytes
RUN_LEASE_SECONDS = ENV.lease_s
ANALYSIS_THREADS = ENV.analysis_threads
INVITATION_DAYS = 14

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # a folder as broker has no host name, and logs that each time
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
