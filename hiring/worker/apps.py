"""The worker's app: Celery tasks and management commands."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "hiring.worker"
