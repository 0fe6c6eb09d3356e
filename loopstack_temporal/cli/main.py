"""The `loopstack` command: its arguments, its help, and which module does the work.

The modules are imported when their command is called: `loopstack --version` should not load Temporal, and
`loopstack db upgrade` should not load anything but the store.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, Protocol, cast

from loopstack_temporal.cli.data_folder import DATABASE_VARIABLE, DEFAULT_DATA_FOLDER
from loopstack_temporal.errors import LoopstackError
from loopstack_temporal.settings import read_dotenv

USAGE_OR_CONNECTION = 2
INTERRUPTED = 130

_APP = "the app as `module:app`, `file.py` or `file.py:app`; without it `app.py` of this folder"
_WORKER_APP = (
    "the app as `module:app`, `file.py` or `file.py:app` (default LOOPSTACK_APP, else `app.py` of this folder)"
)
_DATABASE = f"the database is named by {DATABASE_VARIABLE}; default: a SQLite file in {DEFAULT_DATA_FOLDER}"
_MOVES = {
    "cancel": "Stop a run and its children",
    "retry": "Run the failed transition of a failed run again",
    "pause": "Let the running step of a run end and start no other",
    "resume": "Let a paused run go on",
}
_CLUSTER = "the Temporal cluster is named by temporal.toml and the TEMPORAL_* variables"


def program() -> NoReturn:
    """The command `loopstack`. Ends the process itself: the Temporal SDK can crash an interpreter that only returns."""
    try:
        code = main()
    except SystemExit as ending:  # Of the parser, which has said why.
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    with contextlib.suppress(OSError):  # Whoever read it has gone.
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status: 0 success, 1 failure, 2 usage or connection error."""
    chosen = parser().parse_args(arguments)
    run = cast(Callable[[argparse.Namespace], int], importlib.import_module(chosen.module).run)
    try:
        chosen.from_dotenv = read_dotenv(os.environ, Path.cwd())
        return run(chosen)
    except LoopstackError as error:
        sys.stderr.write(f"loopstack: {error}\n")
        return USAGE_OR_CONNECTION
    except KeyboardInterrupt:
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="loopstack",
        description="Stateful workflows on Temporal, with a studio in the browser.",
        epilog="Example: loopstack dev examples.app:app",
    )
    top.add_argument("--version", action="version", version=f"loopstack {version()}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_dev(commands)
    _add_worker(commands)
    _add_api(commands)
    _add_moves(commands)
    _add_graph(commands)
    _add_db(commands)
    _add_config(commands)
    return top


def version() -> str:
    """The version of the installed package."""
    try:
        return importlib.metadata.version("loopstack-temporal")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


class Commands(Protocol):
    """What of argparse's (private) collection of subcommands is used here."""

    def add_parser(self, name: str, *, help: str, description: str, epilog: str) -> argparse.ArgumentParser:
        """A new subcommand."""
        ...


def _add(commands: Commands, name: str, *, text: str, example: str, module: str) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=text, description=text, epilog=f"Example: {example}")
    added.set_defaults(module=f"loopstack_temporal.cli.{module}")
    return added


def _add_dev(commands: Commands) -> None:
    dev = _add(
        commands,
        "dev",
        text="Run Temporal, worker, API and studio on this machine; the worker restarts when the app's files change.",
        example="loopstack dev examples.app:app --port 8080",
        module="dev",
    )
    dev.add_argument("app", nargs="?", help=_APP)
    dev.add_argument("--port", type=_port, default=8000, help="port of API and studio (default 8000)")
    dev.add_argument(
        "--temporal-port", type=_port, default=7233, help="port of Temporal (default 7233); Temporal Web is 1000 above"
    )
    dev.add_argument(
        "--data-dir",
        default=DEFAULT_DATA_FOLDER,
        help=f"folder of both databases (default {DEFAULT_DATA_FOLDER}); runs live there over restarts",
    )
    dev.add_argument("--no-open", action="store_true", help="do not open the browser")


def _add_worker(commands: Commands) -> None:
    worker = _add(
        commands,
        "worker",
        text=f"Run a worker for an app; {_CLUSTER}; {_DATABASE}.",
        example="TEMPORAL_ADDRESS=temporal:7233 loopstack worker shop.app:app --pool gpu --slots 2",
        module="worker",
    )
    worker.add_argument("app", nargs="?", help=_WORKER_APP)
    worker.add_argument(
        "--pool",
        action="append",
        metavar="NAME",
        help="serve this pool; may be given several times; `default` is the app's own queue "
        "(default LOOPSTACK_WORKER_POOLS, else all pools of the app)",
    )
    worker.add_argument(
        "--slots", type=_count, metavar="N", help="steps at a time per pool (default LOOPSTACK_WORKER_SLOTS, else 20)"
    )
    worker.add_argument(
        "--processes",
        type=_count,
        metavar="N",
        help="processes, started again when they die; more than 1 needs PostgreSQL "
        "(default LOOPSTACK_WORKER_PROCESSES, else 1)",
    )


def _add_api(commands: Commands) -> None:
    api = _add(
        commands,
        "api",
        text=f"Serve the HTTP API and the studio; {_CLUSTER}; {_DATABASE}.",
        example="loopstack api --port 8080",
        module="api",
    )
    api.add_argument("--host", help="address to listen on (default LOOPSTACK_HOST, else 127.0.0.1)")
    api.add_argument("--port", type=_port, help="port to listen on (default LOOPSTACK_PORT, else 8000)")


def _add_moves(commands: Commands) -> None:
    for move, text in _MOVES.items():
        added = _add(
            commands,
            move,
            text=f"{text}; {_CLUSTER}; {_DATABASE}.",
            example=f"loopstack {move} 0192f0c1-…",
            module="moving",
        )
        added.set_defaults(move=move)
        added.add_argument("run_id", metavar="RUN_ID", help="id of the run")
        added.add_argument("--by", metavar="NAME", help="who does it (default: the name you are logged in by)")
        if move == "cancel":
            added.add_argument("--reason", help="why; shown with the run")


def _add_graph(commands: Commands) -> None:
    graph = _add(
        commands,
        "graph",
        text="Print the state machine of a workflow, as text or as the source of a diagram.",
        example="loopstack graph review examples/app.py --format mermaid",
        module="graph",
    )
    graph.add_argument("workflow", help="name of the workflow")
    graph.add_argument("app", nargs="?", help=_WORKER_APP)
    graph.add_argument("--format", choices=("text", "mermaid", "json"), default="text", help="default: text")


def _add_db(commands: Commands) -> None:
    text = "Work on the database itself."
    database = commands.add_parser("db", help=text, description=text, epilog="Example: loopstack db upgrade")
    actions = database.add_subparsers(title="commands", metavar="COMMAND", required=True)
    upgrade = _add(
        actions,
        "upgrade",
        text=f"Bring an empty or older database to the current schema; {_DATABASE}.",
        example="loopstack db upgrade --database-url postgresql://loopstack@localhost/loopstack",
        module="db",
    )
    adopt = _add(
        actions,
        "adopt-namespace",
        text=f"Say that the runs of the database live in another Temporal namespace now: they were moved there, or the "
        f"one they lived in is lost; {_CLUSTER}; {_DATABASE}.",
        example="TEMPORAL_ADDRESS=temporal:7233 loopstack db adopt-namespace",
        module="adopt_namespace",
    )
    for action in (upgrade, adopt):
        action.add_argument("--database-url", metavar="URL", help=f"default {DATABASE_VARIABLE}")


def _add_config(commands: Commands) -> None:
    text = "What this project is set to, and where each setting comes from."
    config = commands.add_parser("config", help=text, description=text, epilog="Example: loopstack config show")
    actions = config.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(
        actions,
        "show",
        text="Print each setting with its origin: a variable, the file `.env` of this folder, or the default. "
        "Passwords and keys are masked.",
        example="LOOPSTACK_PORT=8080 loopstack config show",
        module="config",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (1 to 65535)")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
