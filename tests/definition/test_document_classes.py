"""Document classes, decorated or not, and the documents that come with the framework."""

from typing import Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from loopstack_temporal import (
    Document,
    ErrorDocument,
    LinkDocument,
    LlmContextDocument,
    LlmMessageDocument,
    MarkdownDocument,
    MessageDocument,
    PlainDocument,
    document,
)
from loopstack_temporal.definition import document_of
from loopstack_temporal.definition.catalogue import describe_document
from loopstack_temporal.definition.documents import ContentBlock, TextBlock, ToolCallBlock


@pytest.mark.requirement("DOC-001", "DOC-002")
def test_a_document_needs_no_decorator() -> None:
    class AskUserDocument(Document):
        """A question.

        With details.
        """

        question: str = Field(examples=["Why?"], max_length=80)
        answer: str = "none"

    definition = document_of(AskUserDocument)

    assert (definition.name, definition.title, definition.description) == ("ask_user", "Ask user", "A question.")
    assert definition.json_schema["required"] == ["question"]
    assert definition.json_schema["properties"]["question"]["maxLength"] == 80
    assert definition.json_schema["properties"]["answer"]["default"] == "none"
    assert document_of(AskUserDocument) is definition


@pytest.mark.requirement("DOC-001", "DOC-022")
def test_all_options_are_kept_and_meta_keys_are_camel_case() -> None:
    @document(
        name="note",
        title="Note",
        description="Short",
        tags=["a", "b", "a"],
        meta={"mime_type": "text/markdown", "level": "warning", "hideAtPlaces": ["end"], "hidden": True},
        internal=True,
        widget=[{"widget": "markdown"}, {"widget": "json", "options": {"depth": 2}}],
    )
    class AnyDocument(Document):
        text: str

    assert describe_document(document_of(AnyDocument)) == {
        "name": "note",
        "title": "Note",
        "description": "Short",
        "schema": document_of(AnyDocument).json_schema,
        "tags": ["a", "b"],
        "meta": {"mimeType": "text/markdown", "level": "warning", "hideAtPlaces": ["end"], "hidden": True},
        "widgets": [
            {"widget": "markdown", "options": {}, "show_when": [], "enabled_when": []},
            {"widget": "json", "options": {"depth": 2}, "show_when": [], "enabled_when": []},
        ],
        "internal": True,
        "warnings": [],
    }


def test_an_undecorated_subclass_looks_like_its_base_under_its_own_name() -> None:
    class ReplyDocument(LlmMessageDocument):
        score: int = 0

    definition = document_of(ReplyDocument)

    assert (definition.name, definition.tags) == ("reply", ("message",))
    assert definition.widgets == document_of(LlmMessageDocument).widgets


def test_an_unknown_meta_key_is_a_warning() -> None:
    @document(meta={"mimetype": "text/plain"})
    class OddDocument(Document): ...

    assert (
        document_of(OddDocument)
        .warnings[0]
        .endswith("the studio knows no static meta key `mimetype`; did you mean 'mimeType'?")
    )


@pytest.mark.requirement("DOC-035", "DOC-036", "DOC-037", "DOC-038", "DOC-039")
@pytest.mark.parametrize(
    ("instance", "name", "tags", "widgets", "internal"),
    [
        (MarkdownDocument(markdown="*x*"), "markdown", (), ["markdown"], False),
        (PlainDocument(text="x"), "plain", (), ["plain"], False),
        (MessageDocument(role="user", text="x"), "message", ("ui-message",), ["message"], False),
        (ErrorDocument(error="x", step=3), "error", ("error",), ["error"], False),
        (LinkDocument(run_id="r", label="x", embed=True), "link", (), ["link"], False),
        (LlmMessageDocument(role="assistant", text="x"), "llm_message", ("message",), ["llm-message"], False),
        (LlmContextDocument(role="user", text="x"), "llm_context", ("message",), [], True),
    ],
)
def test_the_built_in_documents(
    instance: Document, name: str, tags: tuple[str, ...], widgets: list[str], internal: bool
) -> None:
    definition = document_of(type(instance))

    assert (definition.name, definition.tags, definition.internal) == (name, tags, internal)
    assert [widget.widget for widget in definition.widgets] == widgets
    assert definition.warnings == ()
    with pytest.raises(ValidationError):
        type(instance).model_validate({**instance.model_dump(), "unknown": 1})


@pytest.mark.requirement("DOC-041")
def test_the_text_of_a_message_is_made_of_its_text_blocks() -> None:
    message = LlmMessageDocument.model_validate(
        {
            "role": "assistant",
            "blocks": [
                {"type": "thinking", "text": "hm"},
                {"type": "text", "text": "One"},
                {"type": "tool_call", "id": "1", "name": "search", "args": {"q": "tea"}},
                {"type": "tool_result", "tool_call_id": "1", "content": "nothing", "is_error": True},
                {"type": "server_tool_use", "id": "2", "name": "web", "input": {}},
                {"type": "server_tool_result", "tool_use_id": "2", "content": [1]},
                {"type": "text", "text": "Two"},
            ],
        }
    )

    assert message.text == "One\nTwo"
    assert message.blocks is not None and message.blocks[2] == ToolCallBlock(id="1", name="search", args={"q": "tea"})
    assert LlmMessageDocument(role="user", text="own", blocks=[TextBlock(text="x")]).text == "own"


@pytest.mark.requirement("DOC-041")
@pytest.mark.parametrize(
    "block", [{"type": "image", "url": "x"}, {"type": "text", "text": "x", "more": 1}, {"text": "x"}]
)
def test_other_blocks_are_refused(block: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Any](ContentBlock).validate_python(block)
