"""Settings of the API process, read once from the environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Settings(BaseSettings):
    """`LOOPSTACK_…` variables of the API process.

    `allowed_hosts` (comma separated) adds names to the loopback ones under which the API may be addressed.
    """

    model_config = SettingsConfigDict(env_prefix="LOOPSTACK_", frozen=True, extra="ignore", populate_by_name=True)

    database_url: str = "sqlite:///.loopstack/loopstack.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    web_url: str | None = None
    """Address of Temporal Web, for links."""
    temporal_namespace: str = Field(default="default", validation_alias="TEMPORAL_NAMESPACE")
    """For links; as Temporal's own tools name it."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip().lower() for name in value.split(",") if name.strip())
        return value

    @property
    def hosts(self) -> frozenset[str]:
        """Every host name the API answers to."""
        return frozenset((*LOOPBACK, *self.allowed_hosts))
