"""The supervisor with small stand-in programs as children."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from loopstack_temporal.cli.child import Backoff, ChildSpec
from loopstack_temporal.cli.console import Console, wants_colour
from loopstack_temporal.cli.supervisor import Changes, Supervisor
from loopstack_temporal.errors import SetupError

SERVES = "import signal, sys; print('ready', flush=True); signal.pause()"
READY = re.compile("^ready$")
HASTY = Backoff(first=0.01, longest=0.02, quick=10.0, give_up_after=5)


class Scene:
    """A running supervisor and its log."""

    def __init__(self, specs: Sequence[ChildSpec], changes: Changes | None = None) -> None:
        self.log = io.StringIO()
        self.all_ready = asyncio.Event()
        console = Console(self.log, colour=False)
        self.supervisor = Supervisor(specs, console, on_ready=self.all_ready.set, changes=changes)

    async def __aenter__(self) -> Scene:
        self.running = asyncio.create_task(self.supervisor.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        for child in self.supervisor.children:
            child.kill()
        if not self.running.done():
            self.supervisor.ask_to_stop()
        await asyncio.gather(self.running, return_exceptions=True)

    async def ready(self) -> None:
        await asyncio.wait_for(self.all_ready.wait(), 60)

    async def until(self, text: str, *, times: int = 1) -> None:
        try:
            async with asyncio.timeout(180):
                while self.log.getvalue().count(text) < times:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"no {text!r} in:\n{self.log.getvalue()}") from None

    async def ended(self) -> int:
        return await asyncio.wait_for(self.running, 180)


def child(name: str, program: str = SERVES) -> ChildSpec:
    return ChildSpec(
        name=name,
        command=[sys.executable, "-u", "-c", program],
        environment=dict(os.environ),
        ready_line=READY,
        backoff=HASTY,
    )


async def test_children_stop_in_the_opposite_order_of_their_start_with_status_0() -> None:
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)))\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    async with Scene(
        [replace(child(name, program), needed_first=True) for name in ("temporal", "api", "worker")]
    ) as scene:
        await scene.ready()
        os.kill(os.getpid(), signal.SIGINT)
        assert await scene.ended() == 0
    lines = [line.split() for line in scene.log.getvalue().splitlines()]
    assert [name for name, said, *_ in lines if said == "ready"] == ["temporal", "api", "worker"]
    assert [name for name, said, *_ in lines if said == "bye"] == ["worker", "api", "temporal"]


async def test_a_killed_child_is_started_again_with_a_message() -> None:
    async with Scene([child("api")]) as scene:
        await scene.ready()
        first = scene.supervisor.children[0].pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await scene.until("The api ended unexpectedly (killed by SIGKILL); starting it again")
        await scene.until("ready", times=2)
        assert scene.supervisor.children[0].pid not in {None, first}


async def test_a_child_that_keeps_dying_ends_everything_with_its_last_lines() -> None:
    async with Scene([child("api", "print('no port left'); raise SystemExit(3)"), child("temporal")]) as scene:
        assert await scene.ended() == 1
    log = scene.log.getvalue()
    assert log.count("starting it again") == 4
    assert "The api ended 5 times in a row right after its start (status 3)." in log
    assert log.rstrip().endswith("no port left")
    assert scene.supervisor.children[1].pid is None


async def test_a_second_wish_to_stop_kills_what_does_not_listen() -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVES}"
    async with Scene([replace(child("worker", deaf), grace=60.0)]) as scene:
        await scene.ready()
        scene.supervisor.ask_to_stop()
        await scene.until("Stopping")
        scene.supervisor.ask_to_stop()
        assert await scene.ended() == 0
    assert scene.supervisor.children[0].pid is None


async def test_a_child_that_does_not_end_in_its_grace_time_is_killed() -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVES}"
    async with Scene([replace(child("worker", deaf), grace=0.1)]) as scene:
        await scene.ready()
        scene.supervisor.ask_to_stop()
        assert await scene.ended() == 0


async def test_a_change_of_files_restarts_only_the_child_that_follows_them() -> None:
    queue: asyncio.Queue[set[Path]] = asyncio.Queue()
    async with Scene([child("api"), replace(child("worker"), follows_files=True)], _changes(queue)) as scene:
        await scene.ready()
        api, worker = (each.pid for each in scene.supervisor.children)
        queue.put_nowait({Path("/somewhere/review.py")})
        await scene.until("review.py changed: restarting the worker.")
        await scene.until("ready", times=3)
        assert scene.supervisor.children[0].pid == api
        assert scene.supervisor.children[1].pid not in {None, worker}
        assert "unexpectedly" not in scene.log.getvalue()


async def test_a_broken_app_waits_for_the_next_change_and_the_others_become_ready(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("raise SystemExit('app.py:1: syntax error')")
    queue: asyncio.Queue[set[Path]] = asyncio.Queue()
    program = f"exec(open({str(app)!r}).read())"
    async with Scene([child("api"), replace(child("worker", program), follows_files=True)], _changes(queue)) as scene:
        await scene.until("app.py:1: syntax error")
        await scene.until("The worker could not start; it tries again when a file changes.")
        await scene.ready()
        app.write_text(SERVES)
        queue.put_nowait({app})
        await scene.until("ready", times=2)


async def test_a_child_that_never_serves_is_a_death_with_the_reason() -> None:
    async def never() -> None:
        raise SetupError("The API did not answer at port 8000 within 30 s.")

    async with Scene([replace(child("api"), probe=never, ready_line=None)]) as scene:
        assert await scene.ended() == 1
    assert "The API did not answer at port 8000" in scene.log.getvalue()


async def test_a_quiet_child_is_heard_while_it_serves_and_when_it_dies(tmp_path: Path) -> None:
    program = f"print('banner')\n{SERVES.replace('signal.pause()', '')}print('schön', flush=True); signal.pause()"
    async with Scene([replace(child("temporal", program), quiet=True)]) as scene:
        await scene.ready()
        await scene.until("temporal   schön")
    assert "banner" not in scene.log.getvalue()

    async with Scene([replace(child("temporal", "print('no disk left'); raise SystemExit(1)"), quiet=True)]) as scene:
        await scene.until("temporal   no disk left")
        await scene.until("The temporal ended unexpectedly (status 1)")


@pytest.mark.parametrize(
    ("tty", "variables", "expected"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(tty: bool, variables: dict[str, str], expected: bool) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return tty

    assert wants_colour(Stream(), variables) is expected


async def _changes(queue: asyncio.Queue[set[Path]]) -> AsyncIterator[set[Path]]:
    while True:
        yield await queue.get()


async def test_a_child_that_takes_long_to_see_that_it_cannot_start_is_not_started_again() -> None:
    slow = "import sys, time; time.sleep(0.5); print('no database', flush=True); sys.exit(2)"
    child = ChildSpec(name="slow", command=[sys.executable, "-c", slow], environment=dict(os.environ), settle=0.1)
    async with Scene([child]) as scene:
        assert await scene.ended() == 1
        log = scene.log.getvalue()
        assert "The slow cannot start:" in log
        assert log.count("slow       no database") == 1
