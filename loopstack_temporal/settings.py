"""Every `LOOPSTACK_…` setting there is: its name, its default, what it takes and what it means.

The rooms read the settings they need by themselves; this list is what people see of them (`loopstack config show`,
docs/settings.md), and what tells a slip of the pen from a setting. Arguments go before variables, variables before the
file `.env`, that before the defaults.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values

from loopstack_temporal.errors import SetupError

Kind = Literal["text", "whole", "seconds", "port", "choice"]

PREFIX = "LOOPSTACK_"
DOTENV = ".env"
LOG = "LOOPSTACK_LOG"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_PASSWORD = re.compile(r"(?<=://)([^:@/]*):[^@/]*@")


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable."""

    name: str
    default: str
    """As people write it; empty: there is none."""
    meaning: str
    kind: Kind = "text"
    least: float = 0
    """Of a number."""
    choices: tuple[str, ...] = ()

    def problem(self, value: str) -> str | None:
        """What is wrong with a value; the same sentence wherever it is found."""
        expected = self._expected(value.strip())
        return None if expected is None else f"{self.name} is {value.strip()!r}; it must be {expected}"

    def _expected(self, text: str) -> str | None:
        match self.kind:
            case "whole":
                fits = text.isdecimal() and int(text) >= self.least
                return None if fits else f"a whole number, at least {self.least:g}"
            case "seconds":
                return None if _number(text) >= self.least else f"a number of seconds, at least {self.least:g}"
            case "port":
                return None if text.isdecimal() and int(text) <= 65535 else "a port, 0 to 65535"
            case "choice":
                return None if text in self.choices else " or ".join(f"`{one}`" for one in self.choices)
            case "text":
                return None


SETTINGS = (
    Setting(
        "LOOPSTACK_DATABASE_URL",
        "a file in `.loopstack`",
        "`sqlite:///path` or `postgresql://…`; read by `WorkflowRunner.connect` too",
    ),
    Setting("LOOPSTACK_APP", "", "the application of a worker, `module:name` or `file.py[:name]`"),
    Setting("LOOPSTACK_HOST", "127.0.0.1", "where the API listens"),
    Setting("LOOPSTACK_PORT", "8000", "the port of API and studio", "port"),
    Setting("LOOPSTACK_ALLOWED_HOSTS", "", "further host names the API answers to, separated by commas"),
    Setting("LOOPSTACK_WEB_URL", "", "address of Temporal Web, for links"),
    Setting(
        "LOOPSTACK_DEFAULT_TIMEOUT",
        "300",
        "seconds a transition without `timeout=` may take; `0`: no limit",
        "seconds",
    ),
    Setting(
        "LOOPSTACK_WORKER_POOLS",
        "all of the app's",
        "pools a worker serves, separated by commas; `default` is the app's own queue",
    ),
    Setting(
        "LOOPSTACK_WORKER_PROCESSES",
        "1",
        "processes of `loopstack worker`; more than one needs PostgreSQL",
        "whole",
        1,
    ),
    Setting("LOOPSTACK_WORKER_SLOTS", "20", "steps at a time per pool and process", "whole", 1),
    Setting(
        "LOOPSTACK_WORKER_LOCAL_SLOTS",
        "8",
        "workflow tasks at a time, and local steps; at most `LOOPSTACK_SQL_CONNECTIONS`",
        "whole",
        2,
    ),
    Setting("LOOPSTACK_SQL_CONNECTIONS", "8", "transactions at a time of a worker process", "whole", 1),
    Setting(
        "LOOPSTACK_VERSIONING",
        "auto-upgrade",
        "`pinned`: runs stay on the build they began with; needs `TEMPORAL_DEPLOYMENT_NAME` and "
        "`TEMPORAL_WORKER_BUILD_ID`",
        "choice",
        choices=("auto-upgrade", "pinned"),
    ),
    Setting("LOOPSTACK_GRACEFUL_STOP", "30", "seconds running bodies get when a worker stops", "seconds"),
    Setting(
        "LOOPSTACK_HEARTBEAT",
        "10",
        "seconds without a sign of life after which a step is given to another worker",
        "seconds",
        3,
    ),
    Setting("LOOPSTACK_HISTORY_LIMIT", "500", "steps after which a run goes on in a fresh history", "whole", 1),
    Setting(
        "LOOPSTACK_UNKNOWN_GRACE",
        "60",
        "seconds a transition may be missing from the running code before its run parks",
        "seconds",
    ),
    Setting(
        "LOOPSTACK_STARTS_AFTER",
        "60",
        "seconds after which a worker starts a run whose start never reached Temporal",
        "seconds",
        0.1,
    ),
    Setting(
        "LOOPSTACK_RECONCILE_EVERY",
        "60",
        "seconds between two looks for runs that were terminated, timed out or deleted in Temporal; a run ends in SQL "
        "when two looks in a row agree",
        "seconds",
        0.1,
    ),
    Setting("LOOPSTACK_CACHED_WORKFLOWS", "1000", "runs a worker keeps in memory", "whole"),
    Setting(
        "LOOPSTACK_MODEL_REQUESTS",
        "",
        "`local`: only model servers on this machine are asked; for tests",
        "choice",
        choices=("local",),
    ),
    Setting(LOG, "INFO", "log level of worker and API", "choice", choices=LOG_LEVELS),
    Setting("LOOPSTACK_TEMPORAL_CLI", "", "the Temporal CLI to use"),
    Setting("LOOPSTACK_ENV", "", "`production` refuses armed failpoints"),
    Setting("LOOPSTACK_FAILPOINTS", "", "places where a process of a test dies or fails on purpose"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def read_dotenv(environ: MutableMapping[str, str], folder: Path) -> frozenset[str]:
    """Add what `.env` in `folder` says and `environ` does not; gives the names that were added.

    Keys of model providers and `TEMPORAL_…` may stand there too. Raises `SetupError` (`bad_setting`) for a file that
    is no text.
    """
    path = folder / DOTENV
    if not path.is_file():
        return frozenset()
    try:
        found = dotenv_values(path, interpolate=False)
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is no text in UTF-8.", code="bad_setting") from error
    added = {name: value for name, value in found.items() if value is not None and name not in environ}
    environ.update(added)
    return frozenset(added)


def check(environ: Mapping[str, str]) -> list[str]:
    """Sentences on variables that look like ours and are not.

    They may belong to something else (an orchestrator makes some of service names), so they stop nothing. A setting
    of ours with a value that cannot be one does: raises `SetupError` (`bad_setting`) with a sentence for each.
    """
    wrong = [text for name, setting in _BY_NAME.items() if (text := _problem(setting, environ.get(name, "")))]
    if wrong:
        raise SetupError("\n".join(f"{text}." for text in wrong), code="bad_setting")
    return [_unknown(name) for name in sorted(environ) if name.startswith(PREFIX) and name not in _BY_NAME]


def log_level(environ: Mapping[str, str]) -> str:
    """The level to log at; the default for one that does not exist, which `check` names."""
    wanted = environ.get(LOG, "").strip()
    return wanted if wanted in LOG_LEVELS else "INFO"


def masked(value: str) -> str:
    """An address without its password."""
    return _PASSWORD.sub(r"\1:***@", value)


def _problem(setting: Setting, value: str) -> str | None:
    return setting.problem(value) if value.strip() else None


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, _BY_NAME, n=1)
    return f"{name} is no setting and changes nothing{f'; is {near[0]} meant?' if near else ''}"


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return -math.inf
    return number if math.isfinite(number) else -math.inf
