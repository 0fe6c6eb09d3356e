"""Every example's own `main.py` against real processes: API, worker, Temporal, SQLite."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator

import pytest

from loopstack_temporal.store import migrate
from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import ROOT, Stack, stack_on

EXPECTED = {
    "hello": "Hello, Ada!",
    "review": "approved after 2 drafts:",
    "meeting_notes": (
        "Weekly meeting, 12 May 2026\n- We decided to launch on 1 June.\n- Carla is on call at the weekend."
    ),
    "prompt": "Steam over the desk:\nall morning I think about\nnothing but tea.",
    "structured_output": 'hello.php: <?php echo "Hello!";',
    "chat": "Answer 3, with 6 messages in mind: water it.",
    "multi_provider": "claude: Talk to somebody every day.\nopenai: Talk to",
    "tool_calling": "Take a coat. 17 degrees and light rain in Lisbon.",
    "agent": "Rome is 16 degrees warmer than Oslo.\nStopped after 2 turns.",
    "agent_asks": "Then I cook for that: Ann and Bob\nIt is settled.\nThen we stay",
    "dynamic_routing": "100 is petty cash: paid at once.",
    "workflow_state": "2 cakes for Ann, Bob, Carla\n750 g flour, 9 eggs",
    "custom_tool": "total 3, counted 4 times",
    "batch_processing": "**25 letters in 5 rounds**\n**7 letters in 3 rounds**",
    "ui_documents": "4 documents: message, markdown, plain, error",
    "greetings": "Welcome, Ada!\nBonjour, Ada!\nGuten Tag, Ada!\nGood morning, Ada! How do you do?",
    "error_retry": "auto_retry_step: failures: 2\nmanual_retry_step: failures: 1",
    "sub_workflows": "Dear Ann, the weather is fine.\nDear Bob, the weather is fine.\ncards: Inside the feed,",
    "fan_out": "at once: {'flour': '5 minutes'",
    "ask_user": "What is your **name**? Ada: Hello, Ada!\nWhere shall version 1.4.0 go? staging: 1.4.0 goes to staging",
    "confirm_content": "user_confirmed: the order is placed\nuser_denied: the order is dropped",
    "inline_form": "rated 5 of 5: More cake.",
    "prompt_chat": "assistant: Hello! Tell me something.\nuser: one\nassistant: 1 words in turn 1. Go on.",
    "tool_errors": "The arguments of the tool `strict_ticket` do not fit",
}


@pytest.fixture(scope="module")
async def examples(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """The examples' app with its worker and an API, for all stories."""
    folder = tmp_path_factory.mktemp("examples")
    url = f"sqlite:///{folder / 'loopstack.db'}"
    migrate.upgrade(url)
    async with stack_on(temporal, url, folder) as stack:
        stack.app = "examples"
        await stack.worker("examples.app:app")
        await stack.api()
        yield stack


PROVES = {
    "prompt": "EXAMPLE-018",
    "structured_output": "EXAMPLE-019",
    "chat": "EXAMPLE-020",
    "multi_provider": "EXAMPLE-022",
    "meeting_notes": "EXAMPLE-016 HITL-011",
    "tool_calling": "EXAMPLE-021",
    "agent": "EXAMPLE-023",
    "agent_asks": "EXAMPLE-017",
    "dynamic_routing": "EXAMPLE-003",
    "workflow_state": "EXAMPLE-004",
    "custom_tool": "EXAMPLE-005",
    "batch_processing": "EXAMPLE-006",
    "greetings": "EXAMPLE-008",
    "error_retry": "EXAMPLE-009",
    "sub_workflows": "EXAMPLE-010",
    "fan_out": "EXAMPLE-011",
    "ask_user": "EXAMPLE-013",
    "confirm_content": "EXAMPLE-013",
    "inline_form": "EXAMPLE-014",
    "prompt_chat": "EXAMPLE-015",
}
STORIES = [
    pytest.param(folder, marks=[pytest.mark.requirement(*PROVES[folder].split())] if folder in PROVES else [])
    for folder in EXPECTED
]


@pytest.mark.requirement("EXAMPLE-001")
@pytest.mark.parametrize("folder", STORIES)
async def test_every_example_runs_its_story_and_agrees_with_itself(examples: Stack, folder: str) -> None:
    assert (await _told_by(folder, examples.base_url)).startswith(EXPECTED[folder])


def test_no_example_is_left_out() -> None:
    assert sorted(EXPECTED) == sorted(file.parent.name for file in (ROOT / "examples").glob("*/main.py"))


async def _told_by(folder: str, url: str) -> str:
    made = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"examples.{folder}.main", url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(made.communicate(), 90)
    assert made.returncode == 0, err.decode()
    return out.decode()
