"""Search attributes of runs: names, types, and whether this cluster has them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)
from temporalio.service import RPCError

APP = SearchAttributeKey.for_keyword("LoopstackApp")
WORKFLOW = SearchAttributeKey.for_keyword("LoopstackWorkflow")
PLACE = SearchAttributeKey.for_keyword("LoopstackPlace")
STATUS = SearchAttributeKey.for_keyword("LoopstackStatus")
AWAITING = SearchAttributeKey.for_keyword_list("LoopstackAwaiting")
SINCE = SearchAttributeKey.for_datetime("LoopstackSince")
WORKSPACE = SearchAttributeKey.for_keyword("LoopstackWorkspace")
USER = SearchAttributeKey.for_keyword("LoopstackUser")

TYPES: dict[str, str] = {
    APP.name: "Keyword",
    WORKFLOW.name: "Keyword",
    PLACE.name: "Keyword",
    STATUS.name: "Keyword",
    AWAITING.name: "KeywordList",
    SINCE.name: "Datetime",
    WORKSPACE.name: "Keyword",
    USER.name: "Keyword",
}
"""Name and type as `temporal server start-dev --search-attribute` and the operator service spell them."""

_WIRE = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}

_PATIENCE = timedelta(seconds=3)

_log = logging.getLogger("loopstack.worker")


def updates(status: str, place: str, waits: Sequence[str], since: datetime) -> list[SearchAttributeUpdate[Any]]:
    """What a rest or an end changes. Values over 255 characters would not fit the SQL visibility store."""
    return [
        STATUS.value_set(status),
        PLACE.value_set(place[:255]),
        AWAITING.value_set([name[:255] for name in waits]),
        SINCE.value_set(since),
    ]


def at_start(app: str, workflow: str, workspace: str, user: str) -> TypedSearchAttributes:
    """What is known when the API starts a run."""
    pairs = _facts(app, workflow, workspace, user)
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in pairs])


def belonging(app: str, workflow: str) -> list[SearchAttributeUpdate[Any]]:
    """What a run says of itself that was started by hand: the defaults of such a start, as in its row."""
    return [key.value_set(value) for key, value in _facts(app, workflow, "default", "local")]


def _facts(app: str, workflow: str, workspace: str, user: str) -> list[tuple[SearchAttributeKey[str], str]]:
    pairs = [(APP, app), (WORKFLOW, workflow), (WORKSPACE, workspace), (USER, user)]
    return [(key, value[:255]) for key, value in pairs]


async def known(client: Client) -> bool:
    """Whether the namespace has all our attributes with our types; False also when that cannot be asked."""
    try:
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace), timeout=_PATIENCE
        )
    except RPCError:
        return False
    return all(answer.custom_attributes.get(name) == _WIRE[kind] for name, kind in TYPES.items())


async def register(client: Client) -> bool:
    """Make sure the namespace knows our attributes with our types; False: it does not and we may not add them.

    The list is read first because adding an existing name with another type is accepted silently.
    """
    try:
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        known = dict(answer.custom_attributes)
        wrong = [name for name, kind in TYPES.items() if name in known and known[name] != _WIRE[kind]]
        if wrong:
            _log.warning("search attributes are off: %s exist with another type", ", ".join(wrong))
            return False
        missing = {name: _WIRE[kind] for name, kind in TYPES.items() if name not in known}
        if missing:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
            )
    except RPCError as error:
        _log.warning("search attributes are off: %s", error.message)
        return False
    return True
