"""Records golden histories on a real server: `python -m tests.replay.record [apps|deploys|families …]`.

Record a part again only for a new `ENGINE` number, into its own folder: what older engines wrote has to replay for
ever. A new part is recorded alone.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from loopstack_temporal.runs import Applied
from loopstack_temporal.store import migrate
from loopstack_temporal.temporal.devserver import DevServer, DevServerOptions
from loopstack_temporal.temporal.messages import ENGINE
from tests.support.requests import answer, start
from tests.support.stack import Stack, eventually, stack_on

FOLDER = Path(__file__).parent / "histories" / f"engine-{ENGINE}"
PRIVATE = re.compile(r"/(?:tmp|root|home|work|usr|var)/")
SCRUBBED = {"identity": "recorder", "stackTrace": "", "sdkName": "", "sdkVersion": ""}
"""What stands for a field of this name; an empty text: the field is left out."""


async def record(*parts: str) -> None:
    """Run the scenarios of some parts, or of all, and write their histories."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with DevServer(DevServerOptions(database=folder / "t.db"), log=folder / "t.log") as server:
            url = f"sqlite:///{folder / 'loopstack.db'}"
            migrate.upgrade(url)
            async with stack_on(server, url, folder) as stack:
                stack.app = "golden"
                for part, scenario in PARTS.items():
                    if part in parts or not parts:
                        await scenario(stack)


async def _with_the_apps(stack: Stack) -> None:
    worker, api = await stack.worker(), await stack.api()
    await start(stack, "review", {"topic": "tea"}, run_id="api-start", title="Tea")
    await stack.run_is("api-start", "waiting")
    await answer(stack, "api-start", "decide", {"approved": True}, step=1)
    await api.stop()

    await stack.temporal_cli(
        *("workflow", "start", "--type", "stages", "--task-queue", stack.app, "--workflow-id", "cli-start")
    )
    await stack.run_is("cli-start", "waiting")
    for transition in ("second", "nonsense", "first"):  # One kept, one refused, one taken.
        await stack.signal("cli-start", transition, transition)
        await asyncio.sleep(0.3)

    await stack.start("rounds", {"rounds": 3}, "updates")
    for step in (1, 2, 3):
        row = await stack.run_is("updates", "waiting")
        if step == 2:
            await stack.trigger("updates", "answer", {"not": "a text"}, at_step=row.next_step)
        await stack.trigger("updates", "answer", str(step), id=f"click-{step}", at_step=row.next_step)
        await eventually(lambda step=step: len(stack.texts("updates")) == step)

    await stack.start("reminder", None, "timer")
    await stack.start("review", None, "canceled")
    await stack.run_is("canceled", "waiting")
    await (await stack.client()).get_workflow_handle("canceled").cancel()

    await stack.start("stages", None, "reset")
    for transition in ("first", "second"):
        row = await stack.run_is("reset", "waiting")
        await stack.signal("reset", transition, transition)
        await eventually(lambda row=row: _step(stack, "reset") > row.next_step)
    await write(stack, "cli-start", "api-start", "updates", "timer")
    await write(stack, "canceled", status="canceled")
    await _reset(stack, "--type", "FirstWorkflowTask", "--reapply-exclude", "All")
    await stack.run_is("reset", "waiting", place="one")
    await _answer(stack, "reset", "first")
    await _answer(stack, "reset", "second")
    await write(stack, "reset", to="reset-to-the-start")
    await _reset(stack, "--event-id", await _rest(stack, "reset"), "--reapply-exclude", "All")
    await stack.run_is("reset", "waiting", place="one")
    await _answer(stack, "reset", "first")
    await _answer(stack, "reset", "second")
    await write(stack, "reset")
    await worker.stop()

    worker = await stack.worker(LOOPSTACK_HISTORY_LIMIT="3")
    await stack.start("rounds", {"rounds": 4}, "continued")
    for number in range(4):
        await _answer(stack, "continued", "answer", str(number))
        await eventually(lambda number=number: len(stack.texts("continued")) > number)
    await write(stack, "continued")
    await worker.stop()


async def _with_deploys(stack: Stack) -> None:
    worker = await stack.worker("tests.support.deployed:original")
    for name in ("removed-before-its-answer", "removed-after-its-answer"):
        await stack.start("deployed", None, name)
        await stack.run_is(name, "waiting", place="asking")
    await _answer(stack, "removed-after-its-answer", "answer", "yes")
    await stack.run_is("removed-after-its-answer", "waiting", place="deciding")
    await worker.stop()

    worker = await stack.worker("tests.support.deployed:unasked", LOOPSTACK_UNKNOWN_GRACE="0")
    await _answer(stack, "removed-after-its-answer", "decide", "done")
    await _answer(stack, "removed-before-its-answer", "answer", "yes")
    await stack.run_is("removed-before-its-answer", "failed")
    await worker.stop()

    worker = await stack.worker("tests.support.deployed:original")
    await stack.trigger("removed-before-its-answer", "loopstack.retry")
    await stack.run_is("removed-before-its-answer", "waiting", place="deciding")
    await _answer(stack, "removed-before-its-answer", "decide", "done")
    await write(stack, "removed-after-its-answer", "removed-before-its-answer")
    await worker.stop()


async def _with_families(stack: Stack) -> None:
    worker = await stack.worker()
    await stack.start("boss", {"jobs": [{"text": "tea"}, {"text": "milk", "fails": True}]}, "parent")
    await write(stack, "parent", "parent-0-0")
    await write(stack, "parent-0-1", status="failed")

    await stack.start("boss", {"jobs": [{"asks": True}, {"text": "tea"}]}, "canceled-parent")
    await stack.run_is("canceled-parent-0-0", "waiting")
    await stack.run_is("canceled-parent-0-1", "completed")
    await (await stack.client()).get_workflow_handle("canceled-parent").cancel()
    await write(stack, "canceled-parent", "canceled-parent-0-0", status="canceled")

    await stack.start("slow", None, "paused")
    row = await stack.run_is("paused", "waiting")
    await stack.signal("paused", "loopstack.pause")
    await stack.run_is("paused", "paused")
    await stack.trigger("paused", "answer", "queued", at_step=row.next_step)
    await stack.trigger("paused", "loopstack.resume")
    await write(stack, "paused")

    await stack.start("slow", None, "moved")
    await stack.run_is("moved", "waiting")
    await stack.trigger("moved", "loopstack.move", {"place": "nowhere"})
    await stack.trigger("moved", "loopstack.move", {"place": "aside"})
    await stack.trigger("moved", "leave", "bye")
    await write(stack, "moved")

    await stack.start("payload_boss", {"fails": True}, "retried")
    await stack.run_is("retried", "failed")
    await stack.trigger("retried", "loopstack.retry")
    await eventually(lambda: _step(stack, "retried") > 2, what="the retry")
    await stack.signal("retried", "loopstack.retry", {"payload": "by hand"})
    await write(stack, "retried")
    await worker.stop()


PARTS = {"apps": _with_the_apps, "deploys": _with_deploys, "families": _with_families}


async def write(stack: Stack, *run_ids: str, status: str = "completed", to: str | None = None) -> None:
    """Write the histories of runs that have ended, without anything that tells of the machine."""
    for run_id in run_ids:
        row = await stack.run_is(run_id, status)
        handle = (await stack.client()).get_workflow_handle(run_id, run_id=row.temporal_run_id)
        await eventually(lambda handle=handle: _closed(handle), what=f"the end of {run_id}")
        events = json.loads((await handle.fetch_history()).to_json())["events"]
        lines = ",\n".join(json.dumps(scrubbed(event), separators=(",", ":")) for event in events)
        (FOLDER / f"{to or run_id}.json").write_text(f'{{"events":[\n{lines}\n]}}\n')


def scrubbed(value: Any) -> Any:
    """A part of a history without names of machines; raises when a path is left."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: SCRUBBED.get(key) or scrubbed(part) for key, part in fields.items() if SCRUBBED.get(key) != ""}
    if isinstance(value, list):
        return [scrubbed(part) for part in cast("list[Any]", value)]
    if isinstance(value, str):
        return _without_host(value)
    return value


def _without_host(text: str) -> str:
    host = socket.gethostname()
    inner = text
    if len(text) % 4 == 0:
        try:
            inner = base64.b64decode(text, validate=True).decode()
        except ValueError:
            pass
    if PRIVATE.search(inner) or (inner != text and host in inner):
        raise ValueError(f"a payload tells of this machine: {inner}")
    # Sticky queues are called after the process.
    return re.sub(rf"\d+@{re.escape(host)}[\w-]*|{re.escape(host)}", "recorder", text)


async def _closed(handle: Any) -> bool:
    return (await handle.describe()).close_time is not None


async def _answer(stack: Stack, run_id: str, transition: str, payload: str = "again") -> None:
    row = await stack.run_is(run_id, "waiting")
    outcome = await stack.trigger(run_id, transition, payload, at_step=row.next_step)
    if not isinstance(outcome, Applied) and transition != "answer":
        raise RuntimeError(f"{run_id}: {transition}: {outcome}")


async def _reset(stack: Stack, *how: str) -> None:
    before = len([1 for kind, _ in stack.events("reset") if kind == "run.rewound"])
    await stack.temporal_cli("workflow", "reset", "--workflow-id", "reset", "--reason", "recording", *how)
    await eventually(lambda: len([1 for kind, _ in stack.events("reset") if kind == "run.rewound"]) > before)


async def _rest(stack: Stack, run_id: str) -> str:
    """The event id of the workflow task after the first step."""
    history = await stack.temporal_cli("workflow", "show", "--workflow-id", run_id)
    kinds = [event["eventType"] for event in history["events"]]
    first = kinds.index("EVENT_TYPE_ACTIVITY_TASK_COMPLETED")
    return str(kinds.index("EVENT_TYPE_WORKFLOW_TASK_COMPLETED", first) + 1)


def _step(stack: Stack, run_id: str) -> int:
    row = stack.store.runs.get(run_id)
    return row.next_step if row else -1


if __name__ == "__main__":
    asyncio.run(record(*sys.argv[1:]))
