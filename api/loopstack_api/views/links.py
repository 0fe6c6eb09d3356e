"""Addresses in Temporal Web."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """Makes them, if the address of Temporal Web is known."""

    web_url: str | None
    namespace: str

    def run(self, run_id: str, temporal_run_id: str | None) -> str | None:
        """A run's page; its newest execution if that is known."""
        if self.web_url is None:
            return None
        page = (
            f"{self.web_url.rstrip('/')}/namespaces/{quote(self.namespace, safe='')}/workflows/{quote(run_id, safe='')}"
        )
        return f"{page}/{quote(temporal_run_id, safe='')}/history" if temporal_run_id else page
