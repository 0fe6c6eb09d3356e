"""Files that a person sends along with a message: what is taken, and what the model gets."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from pydantic import ValidationError

from loopstack_temporal import LlmMessageDocument, StudioApp
from loopstack_temporal.agents import ChatAgentArgs, ChatAgentWorkflow, ContextWindow, agents
from loopstack_temporal.definition.documents import FileBlock, ImageBlock
from loopstack_temporal.llm import Attachment, UserMessage
from loopstack_temporal.testing import ScriptedModel, start_workflow

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NOTE = b64encode("Grüße aus Porto".encode()).decode()


def picture(**change: Any) -> dict[str, Any]:
    return {"name": "dot.png", "media_type": "image/png", "data": DOT, **change}


def note(**change: Any) -> dict[str, Any]:
    return {"name": "note.txt", "media_type": "text/plain", "data": NOTE, **change}


async def test_a_message_with_files_reaches_the_model_as_blocks_and_words_alone_stay_a_text() -> None:
    model = ScriptedModel(["Hello.", "I see a dot.", "Bye."])
    app = StudioApp(title="Chat", workflows=[ChatAgentWorkflow], modules=[agents()], providers=[model])
    async with start_workflow(ChatAgentWorkflow, ChatAgentArgs(user_message="Hi"), app=app) as run:
        await run.answer("user_message", {"text": "What is this?", "files": [picture(), note()]})
        report = await run.answer("user_message", "Thanks")

    assert report.place == "waiting_for_user"
    seen = model.requests[1].messages[-1]
    image, file, text = seen.blocks
    assert (seen.role, text.type, seen.text) == ("user", "text", "What is this?")
    assert isinstance(image, ImageBlock) and (image.media_type, image.data) == ("image/png", DOT)
    assert isinstance(file, FileBlock) and (file.name, file.data) == ("note.txt", NOTE)
    assert (model.requests[2].messages[-1].text, model.requests[2].messages[-1].blocks) == ("Thanks", ())
    said = [one for one in report.find_all(LlmMessageDocument) if one.role == "user"]
    assert [(one.text, len(one.blocks or ())) for one in said] == [("Hi", 0), ("What is this?", 2), ("Thanks", 0)]


async def test_files_do_not_count_as_the_letters_they_are_written_in() -> None:
    pictures = [picture(data=b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60_000)).decode()) for _ in range(2)]
    model = ScriptedModel(["Hello.", "Two dots.", "Bye."])
    modules = [agents(window=ContextWindow(tokens=8_000))]
    app = StudioApp(title="Chat", workflows=[ChatAgentWorkflow], modules=modules, providers=[model])
    async with start_workflow(ChatAgentWorkflow, ChatAgentArgs(user_message="Hi"), app=app) as run:
        await run.answer("user_message", {"text": "These", "files": pictures})
        await run.answer("user_message", "Thanks")

    texts = [message.text for message in model.requests[-1].messages]
    assert texts == ["Hi", "Hello.", "These", "Two dots.", "Thanks"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"text": "  "}, "write something, or attach a file"),
        ({"files": [note()] * 11}, "at most 10"),
        ({"files": [picture(data="no base64!")]}, "'dot.png' is no base64"),
        ({"files": [picture(data=NOTE)]}, "'dot.png' cannot be read as image/png"),
        ({"files": [note(data=DOT)]}, "'note.txt' cannot be read as text/plain"),
        ({"files": [note(media_type="image/svg+xml")]}, "Input should be 'image/png'"),
        ({"files": [note(name="")]}, "at least 1"),
        ({"text": "x", "script": "y"}, "Extra inputs"),
    ],
)
def test_what_no_provider_could_read_is_refused_before_it_is_part_of_the_conversation(
    message: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        UserMessage.model_validate(message)


def test_the_schema_says_that_the_studio_may_attach_files_of_which_kinds() -> None:
    schema = Attachment.model_json_schema()["properties"]
    assert schema["data"]["contentEncoding"] == "base64"
    assert "application/pdf" in schema["media_type"]["enum"]
