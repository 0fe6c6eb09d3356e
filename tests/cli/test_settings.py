"""Where settings come from, what is said of them, and that there is one list of them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from loopstack_api.settings import Settings

from loopstack_temporal.app.resolve import DEFAULT_TIMEOUT
from loopstack_temporal.definition.options import DEFAULT_TIMEOUT as LIMIT
from loopstack_temporal.errors import SetupError
from loopstack_temporal.settings import PREFIX, SETTINGS, Setting, check, masked, read_dotenv
from loopstack_temporal.temporal import settings as of_workers
from tests.cli.running import ROOT, environment, loopstack
from tests.repository.tree import named

BY_NAME = {setting.name: setting for setting in SETTINGS}
NOT_FOR_PEOPLE = {"LOOPSTACK_FAILPOINTS"}


def shown(folder: Path, **variables: str) -> dict[str, tuple[str, str]]:
    """What `loopstack config show` says of each setting: value and origin."""
    clean = {name: text for name, text in environment().items() if not name.startswith((PREFIX, "ANTHROPIC_"))}
    command = subprocess.run(
        loopstack("config", "show"),
        cwd=folder,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    rows = [re.split(r"\s{2,}", line) for line in command.stdout.splitlines()]
    return {name: (value, origin) for name, value, origin in rows}


@pytest.mark.requirement("APP-018")
def test_variables_go_before_the_file_and_the_file_before_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "LOOPSTACK_PORT=9000\nexport LOOPSTACK_LOG='DEBUG'  # much\nANTHROPIC_API_KEY=sk-1234\n"
        "LOOPSTACK_DATABASE_URL=postgresql://ann:hunter2@db/loopstack\n"
    )
    found = shown(tmp_path, LOOPSTACK_PORT="9001", TEMPORAL_API_KEY="tmprl-1")
    assert found["LOOPSTACK_PORT"] == ("9001", "variable")
    assert found["LOOPSTACK_LOG"] == ("DEBUG", ".env")
    assert found["LOOPSTACK_HEARTBEAT"] == ("10", "default")
    assert found["LOOPSTACK_DATABASE_URL"] == ("postgresql://ann:***@db/loopstack", ".env")
    assert found["ANTHROPIC_API_KEY"] == ("***", ".env")
    assert found["TEMPORAL_API_KEY"] == ("***", "variable")
    assert set(BY_NAME) <= set(found)


@pytest.mark.requirement("APP-018")
@pytest.mark.parametrize("module", ["loopstack_workers", "loopstack_api"])
def test_a_process_names_what_is_malformed_or_unknown_when_it_starts(module: str, tmp_path: Path) -> None:
    variables = environment(
        LOOPSTACK_DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}",
        LOOPSTACK_APP="examples/app.py",
        LOOPSTACK_WORKER_SLOT="3",
    )
    for wrong, sentence in (("loud", "LOOPSTACK_LOG is 'loud'; it must be `DEBUG` or `INFO`"), ("INFO", "")):
        command = [*loopstack()[:1], "-m", module]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**variables, "LOOPSTACK_LOG": wrong},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode, "Traceback" in said) == (2, False), said
        assert sentence in said
    assert "LOOPSTACK_WORKER_SLOT is no setting and changes nothing; is LOOPSTACK_WORKER_SLOTS meant?" in said


@pytest.mark.requirement("APP-018")
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOOPSTACK_PORT", "80000", "a port"),
        ("LOOPSTACK_WORKER_SLOTS", "many", "a whole number, at least 1"),
        ("LOOPSTACK_HEARTBEAT", "nan", "a number of seconds, at least 3"),
        ("LOOPSTACK_VERSIONING", "nailed", "`auto-upgrade` or `pinned`"),
    ],
)
def test_a_value_that_cannot_be_one_is_refused_by_name(name: str, value: str, expected: str) -> None:
    with pytest.raises(SetupError) as refused:
        check({name: value})
    assert refused.value.reason == "bad_setting"
    assert str(refused.value).startswith(f"{name} is {value!r}; it must be {expected}")


def test_an_argument_goes_before_everything(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOOPSTACK_PORT=9000\n")
    environ = {"LOOPSTACK_PORT": ""}
    assert read_dotenv(environ, tmp_path) == frozenset(), "also an empty variable is one"
    assert read_dotenv({}, tmp_path / "elsewhere") == frozenset()


def test_passwords_are_masked_wherever_they_stand_in_an_address() -> None:
    assert masked("postgresql://db/x") == "postgresql://db/x"
    assert masked("postgresql://ann:a:b@db:5432/x") == "postgresql://ann:***@db:5432/x"


@pytest.mark.requirement("APP-018")
def test_the_list_has_every_setting_that_is_read_with_the_default_it_has_there() -> None:
    packages = ("loopstack_temporal", "api/loopstack_api", "workers/loopstack_workers")
    read = {
        name
        for path in named("*.py", under=packages)
        for name in re.findall(rf"\b{PREFIX}[A-Z][A-Z_]*[A-Z]\b(?!_)", path.read_text())
    }
    own = {name for name, field in Settings.model_fields.items() if field.validation_alias is None}
    read |= {f"{PREFIX}{name.upper()}" for name in own}
    assert read - {"LOOPSTACK_NONCE"} == set(BY_NAME)

    workers, api = of_workers.WorkerSettings(), Settings.model_fields
    defaults = {
        of_workers.SLOTS: workers.slots,
        of_workers.LOCAL_SLOTS: workers.local_slots,
        of_workers.CONNECTIONS: workers.connections,
        of_workers.GRACEFUL_STOP: workers.graceful_stop,
        of_workers.PROCESSES: of_workers.processes({}, "sqlite://"),
        "LOOPSTACK_HISTORY_LIMIT": workers.history_limit,
        "LOOPSTACK_HEARTBEAT": workers.heartbeat,
        "LOOPSTACK_UNKNOWN_GRACE": workers.unknown_grace,
        "LOOPSTACK_STARTS_AFTER": workers.starts_after,
        "LOOPSTACK_RECONCILE_EVERY": workers.reconcile_every,
        "LOOPSTACK_CACHED_WORKFLOWS": workers.max_cached_workflows,
        "LOOPSTACK_HOST": api["host"].default,
        "LOOPSTACK_PORT": api["port"].default,
        DEFAULT_TIMEOUT: LIMIT,
    }
    for name, default in defaults.items():
        text = f"{default:g}" if isinstance(default, float) else str(default)
        assert BY_NAME[name].default == text, name


@pytest.mark.requirement("APP-018")
def test_the_page_has_a_row_for_each_and_no_other() -> None:
    rows = re.findall(
        r"^\| `(LOOPSTACK_\w+)` \| (.+?) \| (.+) \|$", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
    )
    assert dict((name, (default, meaning)) for name, default, meaning in rows) == {
        setting.name: (_written(setting), setting.meaning) for setting in SETTINGS if setting.name not in NOT_FOR_PEOPLE
    }


def _written(setting: Setting) -> str:
    if not setting.default:
        return "\u2013"
    return setting.default if " " in setting.default else f"`{setting.default}`"
