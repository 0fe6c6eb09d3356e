"""What providers raise, with codes that do not depend on the provider."""

from __future__ import annotations

import sys

import pytest

from loopstack_temporal.errors import ModelError
from tests.llm.asked import (
    ASK,
    adapted,
    adapted_claude_at,
    adapted_openai_at,
    claude_at,
    failure,
    openai_at,
)
from tests.support.model_servers import ModelServer, Scripted, recorded

STATUSES = [
    (400, "invalid_request_error", "model_refused_request", False),
    (401, "authentication_error", "model_unauthorized", False),
    (403, "permission_error", "model_unauthorized", False),
    (404, "not_found_error", "model_refused_request", False),
    (409, "conflict_error", "model_failed", True),
    (413, "request_too_large", "model_input_too_long", False),
    (418, "unheard_of", "model_refused_request", False),
    (429, "rate_limit_error", "model_rate_limited", True),
    (500, "api_error", "model_failed", True),
    (503, "api_error", "model_overloaded", True),
    (529, "overloaded_error", "model_overloaded", True),
]
"""Status and type of an error, the code it becomes, and whether another attempt can help."""


@pytest.mark.requirement("LLM-017")
@pytest.mark.parametrize(
    ("status", "kind", "code", "retryable"),
    STATUSES,
)
async def test_an_error_says_code_and_status_and_is_not_tried_again(
    server: ModelServer, status: int, kind: str, code: str, retryable: bool
) -> None:
    body = {"type": "error", "error": {"type": kind, "message": "That went wrong."}, "request_id": "req_1"}

    error = await failure(claude_at(server), server, Scripted(status=status, body=body, headers={"retry-after": "7"}))

    assert (error.code, error.status, error.retryable, error.retry_after) == (code, status, retryable, 7.0)
    assert str(error) == f"The model provider `claude` answered {status}: That went wrong."
    assert len(server.seen) == 1


async def test_a_conversation_that_is_too_long_has_a_code_of_its_own(server: ModelServer) -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}}

    assert (await failure(claude_at(server), server, Scripted(status=400, body=body))).code == "model_input_too_long"


async def test_a_limit_of_spending_is_no_limit_of_rate(server: ModelServer) -> None:
    details = {"error_code": "enforced_spend_limit_reached"}
    body = {"type": "error", "error": {"type": "rate_limit_error", "message": "No more.", "details": details}}
    told = Scripted(status=429, headers={"x-should-retry": "false"})

    spent = await failure(claude_at(server), server, Scripted(status=429, body=body))
    hopeless = await failure(openai_at(server), server, told)

    assert (spent.code, spent.retryable) == ("model_quota_exhausted", False)
    assert (hopeless.code, hopeless.retryable) == ("model_rate_limited", False)


async def test_the_wish_to_wait_may_be_a_date(server: ModelServer) -> None:
    headers = {"retry-after": "Sun, 21 Oct 2001 07:28:30 GMT", "date": "Sun, 21 Oct 2001 07:28:00 GMT"}
    soon = {"retry-after": "Sun, 21 Oct 2001 07:28:30 GMT"}

    assert (await failure(claude_at(server), server, Scripted(status=429, headers=headers))).retry_after == 30.0
    assert (await failure(claude_at(server), server, Scripted(status=429, headers=soon))).retry_after == 0.0
    assert (
        await failure(claude_at(server), server, Scripted(status=429, headers={"retry-after": "later"}))
    ).retry_after is None
    assert (
        await failure(claude_at(server), server, Scripted(status=429, headers={"retry-after-ms": "1500"}))
    ).retry_after == 1.5


async def test_an_answer_that_breaks_off_is_an_error_that_may_be_tried_again(server: ModelServer) -> None:
    half = recorded("claude-half.sse")

    for answer in (Scripted(half, cut=True), Scripted(half), "claude-malformed.sse"):
        error = await failure(claude_at(server), server, answer)
        assert (error.code, error.retryable) == ("model_stream_broken", True)
    late = await failure(claude_at(server), server, "claude-overloaded-midway.sse")
    assert (late.code, late.status) == ("model_overloaded", 529)


async def test_arguments_that_are_no_json_are_never_acted_upon(server: ModelServer) -> None:
    error = await failure(claude_at(server), server, "claude-tools-malformed.sse")

    assert error.code == "model_invalid_output" and "(get_weather) are no JSON object" in str(error)


async def test_a_silent_server_is_left_after_the_limit(server: ModelServer) -> None:
    error = await failure(claude_at(server, timeout=0.3), server, Scripted(silent=True))

    assert (error.code, error.retryable) == ("model_timeout", True)


async def test_a_server_that_is_not_there_is_named(server: ModelServer) -> None:
    error = await failure(claude_at(server, base_url="http://127.0.0.1:9"), server, "claude-text.sse")

    assert error.code == "model_unreachable" and "at http://127.0.0.1:9" in str(error)


@pytest.mark.requirement("LLM-042")
async def test_in_tests_a_real_provider_is_never_asked(server: ModelServer) -> None:
    error = await failure(claude_at(server, base_url="https://api.anthropic.com"), server, "claude-text.sse")

    assert (error.code, error.retryable, server.seen) == ("model_requests_refused", False, [])


@pytest.mark.requirement("LLM-017")
@pytest.mark.parametrize(
    ("status", "kind", "code", "retryable"),
    [
        (400, None, "model_refused_request", False),
        (400, "context_length_exceeded", "model_input_too_long", False),
        (401, "invalid_api_key", "model_unauthorized", False),
        (429, "rate_limit_exceeded", "model_rate_limited", True),
        (429, "insufficient_quota", "model_quota_exhausted", False),
        (500, None, "model_failed", True),
        (503, None, "model_overloaded", True),
    ],
)
async def test_an_error_of_openai_says_code_and_status_and_is_not_tried_again(
    server: ModelServer, status: int, kind: str | None, code: str, retryable: bool
) -> None:
    body = {"error": {"message": "That went wrong.", "type": "x", "param": None, "code": kind}}

    error = await failure(openai_at(server), server, Scripted(status=status, body=body, headers={"retry-after": "7"}))

    assert (error.code, error.status, error.retryable, error.retry_after) == (code, status, retryable, 7.0)
    assert str(error) == f"The model provider `openai` answered {status}: That went wrong."
    assert len(server.seen) == 1


async def test_an_answer_of_openai_that_breaks_off_may_be_tried_again(server: ModelServer) -> None:
    half = recorded("openai-half.sse")

    for answer in (Scripted(half, cut=True), Scripted(half), "openai-malformed.sse"):
        error = await failure(openai_at(server), server, answer)
        assert (error.code, error.retryable) == ("model_stream_broken", True)
    late = await failure(openai_at(server), server, "openai-error-midway.sse")
    assert (late.code, late.status, late.retryable) == ("model_failed", 500, True)


async def test_arguments_silence_and_absence_are_errors_with_codes(server: ModelServer) -> None:
    wrong = await failure(openai_at(server), server, "openai-tools-malformed.sse")
    silent = await failure(openai_at(server, timeout=0.3), server, Scripted(silent=True))
    absent = await failure(openai_at(server, base_url="http://127.0.0.1:9/v1"), server, "openai-text.sse")
    real = await failure(openai_at(server, base_url="https://api.openai.com/v1"), server, "openai-text.sse")

    assert [one.code for one in (wrong, silent, absent, real)] == [
        "model_invalid_output",
        "model_timeout",
        "model_unreachable",
        "model_requests_refused",
    ]


async def test_neither_a_key_nor_a_password_gets_into_an_error(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = "hidden-word"
    absent = await failure(openai_at(server, base_url=f"http://me:{hidden}@127.0.0.1:9/v1"), server, "openai-text.sse")
    monkeypatch.setenv("ANTHROPIC_API_KEY", f"{hidden}\n\x07more")
    broken = await failure(claude_at(server), server, "claude-text.sse")

    assert (absent.code, broken.code) == ("model_unreachable", "model_not_configured")
    assert "http://127.0.0.1:9/v1" in str(absent) and hidden not in str(absent) + str(broken)


ADAPTED = {"claude": adapted_claude_at, "openai": adapted_openai_at}


@pytest.mark.requirement("LLM-017", "LLM-043")
@pytest.mark.parametrize("wire", sorted(ADAPTED))
@pytest.mark.parametrize(
    ("status", "kind", "code", "retryable"),
    STATUSES,
)
async def test_an_error_of_a_pydantic_ai_model_says_code_and_status_and_is_not_tried_again(
    server: ModelServer, wire: str, status: int, kind: str, code: str, retryable: bool
) -> None:
    body = {"type": "error", "error": {"type": kind, "message": "That went wrong."}, "request_id": "req_1"}

    error = await failure(
        ADAPTED[wire](server), server, Scripted(status=status, body=body, headers={"retry-after": "7"})
    )

    assert (error.code, error.status, error.retryable, error.retry_after) == (code, status, retryable, 7.0)
    assert str(error) == f"The model provider `adapted_{wire}` answered {status}: That went wrong."
    assert len(server.seen) == 1


async def test_what_pydantic_ai_knows_beyond_the_status_is_kept(server: ModelServer) -> None:
    long = {"error": {"message": "Too long.", "type": "x", "param": None, "code": "context_length_exceeded"}}
    spent = {"error": {"message": "No more.", "type": "x", "param": None, "code": "insufficient_quota"}}

    too_long = await failure(adapted_openai_at(server), server, Scripted(status=400, body=long))
    no_money = await failure(adapted_openai_at(server), server, Scripted(status=429, body=spent))

    assert (too_long.code, no_money.code, no_money.retryable) == (
        "model_input_too_long",
        "model_quota_exhausted",
        False,
    )


@pytest.mark.parametrize("wire", sorted(ADAPTED))
async def test_an_answer_of_a_pydantic_ai_model_that_breaks_off_may_be_tried_again(
    server: ModelServer, wire: str
) -> None:
    half = recorded(f"{wire}-half.sse")

    for answer in (Scripted(half, cut=True), Scripted(half), f"{wire}-malformed.sse"):
        error = await failure(ADAPTED[wire](server), server, answer)
        assert (error.code, error.retryable) == ("model_stream_broken", True)
    wrong = await failure(ADAPTED[wire](server), server, f"{wire}-tools-malformed.sse")
    assert wrong.code == "model_invalid_output" and "(get_weather) are no JSON object" in str(wrong)


@pytest.mark.parametrize("wire", sorted(ADAPTED))
async def test_silence_absence_and_real_addresses_of_pydantic_ai_models_are_errors_with_codes(
    server: ModelServer, wire: str
) -> None:
    at = ADAPTED[wire]
    late = await failure(
        at(server), server, {"claude": "claude-overloaded-midway.sse"}.get(wire, "openai-error-midway.sse")
    )
    silent = await failure(at(server, timeout=0.3), server, Scripted(silent=True))
    absent = await failure(at(server, base_url="http://127.0.0.1:9/v1"), server, f"{wire}-text.sse")
    real = await failure(at(server, base_url="https://models.example/v1"), server, f"{wire}-text.sse")

    assert late.code in ("model_overloaded", "model_failed")
    assert [one.code for one in (silent, absent, real)] == [
        "model_timeout",
        "model_unreachable",
        "model_requests_refused",
    ]
    assert "at http://127.0.0.1:9" in str(absent)


async def test_a_named_model_that_cannot_be_made_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name, missing in {
        "gpt-9": "Unknown model",
        "openai:gpt-5.4": "OPENAI_API_KEY",
        "google:gemini-3-pro": "google",
    }.items():
        with pytest.raises(ModelError, match=missing) as raised:
            await adapted(name).generate_text(ASK)
        assert (raised.value.code, raised.value.retryable) == ("model_not_configured", False)


@pytest.mark.parametrize(
    ("provider", "package"), [("claude", "anthropic"), ("openai", "openai"), ("pydantic_ai", "pydantic-ai")]
)
async def test_without_the_sdk_the_extra_to_install_is_named(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, provider: str, package: str
) -> None:
    monkeypatch.delitem(sys.modules, f"loopstack_temporal.llm.providers.{provider}.client", raising=False)
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    made = {"claude": claude_at, "openai": openai_at, "pydantic_ai": adapted_openai_at}[provider](server)

    error = await failure(made, server, "openai-text.sse")

    assert (error.code, error.retryable) == ("model_not_configured", False)
    assert str(error).endswith(f"install `loopstack-temporal[{package}]`.")
