"""One call of a model, as part of an attempt: recorded, watched, and with the models to fall back to."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import uuid4

from loopstack_temporal.definition.session import EffectAnswer, EffectCall, LiveText, Session
from loopstack_temporal.errors import LoopstackError, ModelError, TooLarge, ToolError
from loopstack_temporal.llm.asked import Origin, asked
from loopstack_temporal.llm.conversation import Turn
from loopstack_temporal.llm.cost import bills, cost_of, tokens
from loopstack_temporal.llm.faults import too_long
from loopstack_temporal.llm.port import LlmProvider, LlmReply, LlmRequest, OnStream, StreamEvent, ToolOffer
from loopstack_temporal.llm.recording import Answer
from loopstack_temporal.llm.registry import LlmProviderRegistry
from loopstack_temporal.llm.sound import sound

_log = logging.getLogger("loopstack.run")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that may answer."""

    provider: LlmProvider
    model: str | None
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and whom: the candidates in turn, as long as a failure may be another one's success."""

    turns: tuple[Turn, ...]
    candidates: tuple[Candidate, ...]
    system: str | None = None
    tools: tuple[ToolOffer, ...] = ()
    schema: Mapping[str, Any] | None = None
    """Of the data that is wanted; without it words are."""
    origin: Origin = "run"

    def request(self, candidate: Candidate, key: str) -> LlmRequest:
        """The question as one provider gets it."""
        messages = tuple(turn.sent_to(candidate.provider.provider_id) for turn in self.turns)
        return LlmRequest(messages, self.system, candidate.model, self.tools, candidate.settings, key)

    def to_json(self) -> dict[str, Any]:
        """Everything the answer depends on, as JSON data; messages by what stands for them."""
        return {
            "candidates": [
                {"provider": one.provider.provider_id, "model": one.model, "settings": dict(one.settings)}
                for one in self.candidates
            ],
            "system": self.system,
            "messages": [turn.digest for turn in self.turns],
            "tools": [asdict(offer) for offer in self.tools],
            "schema": self.schema,
        }


def candidates(
    providers: LlmProviderRegistry,
    provider: str | None,
    model: str | None,
    settings: Mapping[str, Any],
    fallback: Sequence[str],
) -> tuple[Candidate, ...]:
    """The model of the call and those to fall back to. Raises `ModelError` for a provider that is not configured.

    An entry of `fallback` is a provider (with its own default model), `provider:model`, or a model of the call's own
    provider; whatever begins with the name of a provider means that provider. Settings are those of one provider:
    others do not get them.
    """
    first = Candidate(providers.get(provider), model, settings)
    found = [first]
    for entry in fallback:
        name, colon, rest = entry.partition(":")
        if providers.knows(name) and (rest or not colon):
            other = providers.get(name)
            same = other.provider_id == first.provider.provider_id
            found.append(Candidate(other, rest or None, settings if same else {}))
        else:
            found.append(replace(first, model=entry))
    return tuple(found)


async def ask(session: Session, question: Question, *, watched: bool) -> Answer:
    """The answer, recorded so that a repeated step does not ask again. `watched`: people see it being written.

    Raises `ModelError`: of the candidate asked last whose failure may pass, with the longest time that one of them
    wished for; of the first one if its failure is final; and for an answer that is longer than a step can keep.
    """

    async def perform(key: str) -> EffectAnswer:
        wasted: list[Mapping[str, Any]] = []
        answer, by = await _answer(session, question, key, wasted, watched=watched)
        used = {"provider": answer.provider, "model": answer.reply.model, "cost": answer.bill.get("cost")}
        kept = asked(question.origin, question.turns, question.system, question.tools, by.settings)
        made = sound({**answer.to_json(), "asked": kept})
        return EffectAnswer(made, {**answer.bill.get("usage", {}), **used}, wasted)

    provider = question.candidates[0].provider.provider_id
    call = EffectCall(f"llm:{provider}", question.to_json(), anew=True, spent=_spent)
    try:
        return Answer.from_json(await session.effect(call, perform))
    except TooLarge as error:
        raise too_long(provider, str(error).partition(";")[0]) from error


async def _answer(
    session: Session, question: Question, key: str, wasted: list[Mapping[str, Any]], *, watched: bool
) -> tuple[Answer, Candidate]:
    """The answer, and who gave it. `wasted` gets what the others took."""
    live_id = f"msg_{uuid4().hex}" if watched else None
    failed: list[ModelError] = []
    for candidate in question.candidates:
        try:
            return await _asked(session, question, candidate, key, live_id), candidate
        except ModelError as error:
            wasted += await bills(candidate.provider.provider_id, error)
            error.usage = tuple(wasted)
            # A first one whose failure is final is what somebody has to change; of others it says nothing of the rest.
            if not error.retryable and not failed:
                raise
            failed.append(error)
            if candidate is not question.candidates[-1]:
                _log.warning("a model call falls back to the next model [%s]: %s", error.code, error)
        except ToolError as error:
            if not failed:
                raise
            _log.warning("a model call passes over `%s`: %s", candidate.provider.provider_id, error)
    raise _told(failed, wasted)


def _spent(error: Exception) -> Sequence[Mapping[str, Any]]:
    return error.usage if isinstance(error, ModelError) else ()


def _told(failed: Sequence[ModelError], wasted: Sequence[Mapping[str, Any]]) -> ModelError:
    """The error of all candidates: waiting helps as soon as it helps one of them, and only if it is long enough."""
    passing = [error for error in failed if error.retryable]
    last = passing[-1]
    last.usage = tuple(wasted)
    last.retry_after = max((error.retry_after for error in passing if error.retry_after is not None), default=None)
    return last


async def _asked(session: Session, question: Question, candidate: Candidate, key: str, live_id: str | None) -> Answer:
    provider, request = candidate.provider, question.request(candidate, key)
    live = session.live(live_id) if live_id else None
    on_stream = None if live is None else _onto(live)
    try:
        reply = await _reply(provider, request, question.schema, on_stream)
    except BaseException as error:
        if live is not None:
            live.end(str(error) or type(error).__name__)
        raise
    if live is not None:
        live.end()
    usage = provider.extract_usage(reply.response)
    bill: dict[str, Any] = {}
    if usage is not None:
        bill = {"usage": tokens(usage), **await cost_of(reply.vendor or provider.provider_id, reply.model, usage)}
    return Answer(live_id or f"msg_{uuid4().hex}", provider.provider_id, reply, bill)


async def _reply(
    provider: LlmProvider, request: LlmRequest, schema: Mapping[str, Any] | None, on_stream: OnStream | None
) -> LlmReply:
    try:
        if schema is None:
            return await provider.generate_text(request, on_stream)
        return await provider.generate_object(request, schema, on_stream)
    except LoopstackError:
        raise
    except Exception as error:
        text = f"The model provider `{provider.provider_id}` failed: {type(error).__name__}: {error}"
        raise ModelError(text, provider=provider.provider_id) from error


def _onto(live: LiveText) -> OnStream:
    def tell(event: StreamEvent) -> None:
        match event.type:
            case "text_delta":
                live.text(sound(event.text))
            case "thinking_delta":
                live.thinking(sound(event.text))
            case "tool_call":
                call = sound(dict(event.data or {}))
                live.tool_call(str(call.get("id", "")), str(call.get("name", "")), call.get("args") or {})
            case _:  # The call itself begins and ends the text.
                pass

    return tell
