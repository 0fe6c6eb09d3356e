"""Every example's own `main.py` against real processes: API, worker, Temporal, SQLite."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator

import pytest

from loopstack_temporal.temporal.devserver import DevServer
from tests.support.stack import ROOT, Stack, stack_in

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
    "tool_errors": "Not tonight:\nThe arguments of the tool `book_seats` do not fit:",
}


@pytest.fixture(scope="module")
async def examples(temporal: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stack]:
    """The examples' app with its worker and an API, for all stories."""
    folder = tmp_path_factory.mktemp("examples")
    async with stack_in(temporal, folder) as stack:
        stack.app = "examples"
        await stack.worker("examples.app:app")
        await stack.api()
        yield stack


STORIES = [
    pytest.param("prompt", marks=pytest.mark.requirement("EXAMPLE-018")),
    pytest.param("structured_output", marks=pytest.mark.requirement("EXAMPLE-019")),
    pytest.param("chat", marks=pytest.mark.requirement("EXAMPLE-020")),
    pytest.param("multi_provider", marks=pytest.mark.requirement("EXAMPLE-022")),
    pytest.param("meeting_notes", marks=pytest.mark.requirement("EXAMPLE-016", "HITL-011")),
    pytest.param("tool_calling", marks=pytest.mark.requirement("EXAMPLE-021")),
    pytest.param("agent", marks=pytest.mark.requirement("EXAMPLE-023")),
    pytest.param("agent_asks", marks=pytest.mark.requirement("EXAMPLE-017")),
    pytest.param("dynamic_routing", marks=pytest.mark.requirement("EXAMPLE-003")),
    pytest.param("workflow_state", marks=pytest.mark.requirement("EXAMPLE-004")),
    pytest.param("custom_tool", marks=pytest.mark.requirement("EXAMPLE-005")),
    pytest.param("batch_processing", marks=pytest.mark.requirement("EXAMPLE-006")),
    pytest.param("greetings", marks=pytest.mark.requirement("EXAMPLE-008")),
    pytest.param("error_retry", marks=pytest.mark.requirement("EXAMPLE-009")),
    pytest.param("sub_workflows", marks=pytest.mark.requirement("EXAMPLE-010")),
    pytest.param("fan_out", marks=pytest.mark.requirement("EXAMPLE-011")),
    pytest.param("ask_user", marks=pytest.mark.requirement("EXAMPLE-013")),
    pytest.param("confirm_content", marks=pytest.mark.requirement("EXAMPLE-013")),
    pytest.param("inline_form", marks=pytest.mark.requirement("EXAMPLE-014")),
    pytest.param("prompt_chat", marks=pytest.mark.requirement("EXAMPLE-015")),
    pytest.param("hello", marks=pytest.mark.requirement("EXAMPLE-002")),
    pytest.param("tool_errors", marks=pytest.mark.requirement("EXAMPLE-012")),
    *(pytest.param(folder) for folder in ("review", "ui_documents")),
]


@pytest.mark.requirement("EXAMPLE-001")
@pytest.mark.parametrize("folder", STORIES)
async def test_every_example_runs_its_story_and_agrees_with_itself(examples: Stack, folder: str) -> None:
    assert (await _told_by(folder, examples.base_url)).startswith(EXPECTED[folder])


def test_no_example_is_left_out() -> None:
    folders = sorted(file.parent.name for file in (ROOT / "examples").glob("*/main.py"))
    assert sorted(EXPECTED) == sorted(str(story.values[0]) for story in STORIES) == folders


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
