"""Every exception of the framework, in one tree.

    LoopstackError
    ├── AuthorError            a mistake in an application's code; found before anything runs where that is possible
    │   ├── DefinitionError        a class that cannot be a workflow, document, tool or app (all problems at once)
    │   ├── TemplateError          a template that is missing, does not parse or uses an unknown name
    │   ├── StateError             state or result that does not fit its model or is no JSON
    │   ├── GuardError             a guard that raised or did not return a bool
    │   ├── DocumentError          a document that does not fit its model
    │   ├── ContextClosed          a context used after its attempt ended
    │   └── ChildrenNeedTemporal   a child asked for in a run that has no Temporal behind it
    ├── RunError               what happened to one run
    │   ├── RunFailed              the run whose result was asked for failed
    │   ├── RunCanceled            … or was canceled
    │   ├── TransitionTimeout      a body that exceeded its limit
    │   ├── ProviderTimeout        a service or tool that was not made in time
    │   ├── ChildFailed            data asked of a child that failed
    │   ├── EffectUnknown          an outside call that must not be repeated, cut off before its answer was recorded
    │   ├── Unanswered             a question that nobody answered in time
    │   ├── ToolError              a tool call that failed
    │   ├── AgentStopped           an agent that cannot go on by itself
    │   └── ModelError             a model call that failed
    ├── Refusal                a request that changes nothing; carries what the sender needs to do better
    │   ├── NotFound               no such run, workflow, document, transition
    │   ├── Conflict               the request does not fit what is now (not awaited, answered, exists already)
    │   ├── InvalidInput           field errors
    │   │   └── InvalidAnswer          a wait transition's own code does not take the answer
    │   └── TooLarge               more bytes than the named limit
    ├── Interrupted            the machine, not the author: the step simply runs again
    │   ├── EffectInLocalStep      an outside call in a local step, which then runs again as a regular one
    │   ├── Fenced                 a newer attempt owns the step; this one writes nothing
    │   ├── StoreUnavailable       the database cannot be reached in time
    │   ├── TemporalRefused        Temporal takes no request of this program; its settings need repair
    │   └── TemporalUnreachable    Temporal cannot be reached, and what was asked cannot be kept for later
    └── SetupError             the environment is not as needed (no Temporal CLI, old schema, a port, a file lock)

`code` is stable and crosses every border (API, error documents, logs). `retryable` says whether trying the same thing
again can help; it is the only thing the failure translation of the Temporal room looks at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class LoopstackError(Exception):
    """Base of everything this package raises on purpose."""

    code: str = "error"
    retryable: bool = True


# --- mistakes in an application's code -------------------------------------------------------------------------------


class AuthorError(LoopstackError):
    """A mistake in the code of an application."""

    code = "author_error"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One definition mistake: where it stands and what is wrong."""

    file: str
    line: int
    text: str
    code: str = "definition"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class DefinitionError(AuthorError):
    """All mistakes of one class, file or app, each with file and line."""

    code = "definition_error"
    retryable = False

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.subject = subject
        self.problems = tuple(sorted(problems))
        super().__init__(subject, self.problems)

    def __str__(self) -> str:
        return "\n".join([f"{self.subject} is not valid:", *(f"  {problem}" for problem in self.problems)])


class TemplateError(AuthorError):
    """A template that is missing, does not parse, or uses a name it was not given."""

    code = "template_error"


class StateError(AuthorError):
    """State or result that does not fit its model, cannot be written as JSON, or was set in two ways at once."""

    code = "state_invalid"


class GuardError(AuthorError):
    """A guard that raised or returned something that is no bool; so for a function given as `after=`."""

    code = "guard_failed"


class DocumentError(AuthorError):
    """A document whose content does not fit its model; `fields` maps dotted paths to messages."""

    code = "document_invalid"

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        super().__init__(message)


class ContextClosed(AuthorError):
    """Something of a transition was used after its attempt ended, failed or was canceled."""

    code = "context_closed"
    retryable = False


class ChildrenNeedTemporal(AuthorError):
    """A child was asked for in a run that runs in one process and is stored nowhere."""

    code = "children_need_temporal"
    retryable = False


# --- what happened to one run ----------------------------------------------------------------------------------------


class RunError(LoopstackError):
    """Something that happened to one run."""

    code = "run_error"


class RunFailed(RunError):
    """A run failed. `info` says why; `can_retry` whether it stands parked and open, waiting for a retry."""

    code = "run_failed"

    def __init__(self, message: str, *, run_id: str, info: ErrorInfo | None = None, can_retry: bool = False) -> None:
        self.run_id = run_id
        self.info = info
        self.can_retry = can_retry
        super().__init__(message)


class RunCanceled(RunError):
    """A run was canceled."""

    code = "run_canceled"

    def __init__(self, message: str, *, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(message)


class TransitionTimeout(RunError):
    """A transition's body exceeded its time limit."""

    code = "transition_timeout"


class ProviderTimeout(RunError):
    """What a workflow object needs was not made in time."""

    code = "provider_timeout"


class ChildFailed(RunError):
    """The data of a child run was asked for, but the child failed or was canceled."""

    code = "child_failed"


class EffectUnknown(RunError):
    """A call that must not be repeated was cut off: nobody knows whether it happened. Only a person tries it again."""

    code = "effect_unknown"
    retryable = False

    def __init__(self, message: str, *, name: str) -> None:
        self.name = name
        super().__init__(message)


class Unanswered(RunError):
    """Nobody answered a question before it expired."""

    code = "unanswered"


class ToolError(RunError):
    """A tool call failed."""

    code = "tool_failed"


class AgentStopped(RunError):
    """An agent cannot go on by itself: its model broke off, or has been asked as often as it may be."""

    code = "agent_stopped"
    retryable = False


class ModelError(RunError):
    """A model call failed.

    `code` says how: `model_not_configured`, `model_unauthorized`, `model_refused_request`, `model_input_too_long`,
    `model_quota_exhausted`, `model_rate_limited`, `model_overloaded`, `model_timeout`, `model_unreachable`,
    `model_stream_broken`, `model_no_output`, `model_invalid_output`, `model_answer_too_long`, `model_requests_refused`,
    `answer_invalid` (data that does not fit after all repairs), else `model_failed`.
    With `retryable=False` a transition's automatic tries are not spent on it. `retry_after` is the provider's wish in
    seconds, if it named one: the next try comes no earlier. `usage`: what was paid for all the same, of each model
    that wrote something the counts of `llm.port.Usage` with `model`; empty where nothing is known.
    """

    code = "model_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        provider: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
        retryable: bool = True,
        usage: Sequence[Mapping[str, object]] = (),
    ) -> None:
        if code is not None:
            self.code = code
        self.usage = tuple(usage)
        self.provider = provider
        self.status = status
        self.retry_after = retry_after
        self.retryable = retryable
        super().__init__(message)


# --- refusals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path (keys and indexes), a message, a machine-readable code."""

    path: tuple[str | int, ...]
    message: str
    code: str = "invalid"

    @property
    def where(self) -> str:
        """The path in words: `topics.0.name`, or `(whole)` for the value itself."""
        return ".".join(map(str, self.path)) or "(whole)"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class Refusal(LoopstackError):
    """A request that was refused and changed nothing. `facts` goes into the answer as it is."""

    code = "refused"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None, facts: Mapping[str, object] | None = None) -> None:
        self.message = message
        self.reason = code or type(self).code
        self.facts = dict(facts or {})
        super().__init__(message)


class NotFound(Refusal):
    """There is no such thing."""

    code = "not_found"


class Conflict(Refusal):
    """The request does not fit the present situation."""

    code = "conflict"


class TooLarge(Refusal):
    """More bytes than the named limit allows."""

    code = "too_large"


class InvalidInput(Refusal):
    """Input with wrong fields."""

    code = "invalid_input"

    def __init__(
        self,
        message: str,
        fields: Sequence[FieldError] = (),
        *,
        code: str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.fields = tuple(fields)
        super().__init__(message, code=code, facts=facts)


class InvalidAnswer(InvalidInput):
    """Raised by the method of a wait transition: the answer is refused, and the run waits on as if it had not come.

    For rules that the payload's type cannot say, such as those that depend on the run's arguments or its state. The
    sender gets `message` as the error of the field at `path`, nothing the method did is kept, and no try is spent.
    Where there is nobody to refuse (an automatic transition, a child's report, an answer whose attempt has failed
    before) it is an exception like any other.
    """

    code = "invalid_payload"

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message, (FieldError(path, message),))


# --- the machine, not the author -------------------------------------------------------------------------------------


class Interrupted(LoopstackError):
    """The machine failed, not the author: nothing is spent and the step runs again."""

    code = "interrupted"


class Fenced(Interrupted):
    """Another attempt or a newer epoch owns the step; this one has written nothing and must write nothing more."""

    code = "fenced"
    retryable = False


class EffectInLocalStep(Interrupted):
    """A local step made an outside call, which may take longer than a workflow task: it runs again as a regular one."""

    code = "effect_in_local_step"


class StoreUnavailable(Interrupted):
    """The database could not be reached within its deadline."""

    code = "store_unavailable"


class TemporalUnreachable(Interrupted):
    """Temporal did not answer, and what was asked cannot be kept for later."""

    code = "temporal_unreachable"


class TemporalRefused(Interrupted):
    """Temporal takes no request of this program until somebody repairs its settings. Nothing was kept."""

    code = "temporal_refused"
    retryable = False


class SetupError(LoopstackError):
    """Something around the program is not as it must be. `tried` lists what was attempted, in order."""

    code = "setup_error"
    retryable = False

    def __init__(self, message: str, *, tried: Sequence[str] = (), code: str | None = None) -> None:
        self.tried = tuple(tried)
        self.reason = code or type(self).code
        lines = [message, *(f"  tried: {line}" for line in self.tried)]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An exception as stored and shown: no traceback, no secret, no path."""

    code: str
    type: str
    message: str
    details: Mapping[str, object] = field(default_factory=dict[str, object])
