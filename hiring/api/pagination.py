"""Pages of lists."""

from __future__ import annotations

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from hiring.api.queries import PageQuery, checked


class Pages(PageNumberPagination):
    """Numbered pages. An invalid number answers 400; a page beyond the last one 404."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        size: int = checked(PageQuery, request).get("page_size", self.page_size)
        return size

    def get_page_number(self, request: Request, paginator: Any) -> int:
        number: int = checked(PageQuery, request).get("page", 1)
        return number

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["schema"] |= {"minimum": 1}
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"maximum": self.max_page_size, "default": self.page_size}
        return parameters
