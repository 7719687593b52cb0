from django.apps import AppConfig

from hiring.lib.logs import keep_tokens_out


class LibConfig(AppConfig):
    name = "hiring.lib"

    def ready(self) -> None:
        keep_tokens_out()
