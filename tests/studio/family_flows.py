"""A parent with one child inside its feed and one as a link, and a model's conversation with tools."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, MarkdownDocument, TransitionInput, transition, workflow
from loopstack_temporal.agents import ChatAgentWorkflow
from loopstack_temporal.definition.documents import FileBlock, ImageBlock, ToolCallBlock, ToolResultBlock
from loopstack_temporal.llm import LlmGenerateTextTool, LlmMessage, LlmRequest
from tests.studio.widget_flows import Nothing, WordsDocument


class Answer(BaseModel):
    answer: str


@workflow(title="Questioner")
class QuestionerWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    @transition(to="asking")
    async def ask(self) -> None:
        await self.document_store.save(WordsDocument(question="Which colour shall it be?"), key="question")

    @transition(from_="asking", to="end", wait=True)
    async def say(self, payload: Answer) -> str:
        await self.document_store.save(MarkdownDocument(markdown=f"It shall be {payload.answer}."))
        return payload.answer


@workflow(title="Family")
class FamilyWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """One child is asked inside this run, the other one elsewhere."""

    questioner: QuestionerWorkflow

    @transition(to="listening")
    async def begin(self) -> None:
        await self.questioner.run(Nothing(), callback=self.heard, label="A question for you")
        await self.questioner.run(Nothing(), show="link", label="Another question")

    @transition(from_="listening", to="end", wait=True)
    async def heard(self, input: TransitionInput[str]) -> str:
        return input.data


CONVERSATION: list[dict[str, object]] = [
    {"role": "user", "text": "How is the weather in Porto, and what is 6 times 7?"},
    {
        "role": "assistant",
        "blocks": [
            {"type": "thinking", "text": "Two tools can answer this."},
            {"type": "text", "text": "Let me look."},
            {"type": "tool_call", "id": "c1", "name": "weather", "args": {"city": "Porto"}},
            {"type": "tool_call", "id": "c2", "name": "calculate", "args": {"expression": "6*7"}},
        ],
        "stop_reason": "tool_use",
    },
    {
        "role": "user",
        "blocks": [
            {"type": "tool_result", "tool_call_id": "c1", "content": "17 degrees, light rain"},
            {"type": "tool_result", "tool_call_id": "c2", "content": "the calculator is broken", "is_error": True},
        ],
    },
    {"role": "assistant", "text": "It rains a little in **Porto**, and", "stop_reason": "max_tokens"},
]


@workflow(title="Conversation")
class ConversationWorkflow(BaseWorkflow[Nothing, Nothing, None]):
    """What a model and its tools said, without a model."""

    @transition(to="end")
    async def talk(self) -> None:
        meta = {"model": "small-1", "usage": {"input_tokens": 1204, "output_tokens": 31}}
        for message in CONVERSATION:
            spent = meta if message["role"] == "assistant" else None
            await self.document_store.save(LlmMessageDocument.model_validate(message), meta=spent)


SEA = "Tell me of the sea."
STORY = " ".join(f"wave {number}" for number in range(1, 41))
HELPER = "You help people in a shop."


@workflow(title="Story")
class StoryWorkflow(BaseWorkflow[Nothing, Nothing, None]):
    """A model that takes its time."""

    llm: LlmGenerateTextTool

    @transition(to="listening")
    async def sit_down(self) -> None:
        return None

    @transition(from_="listening", to="end", wait=True)
    async def tell(self) -> None:
        await self.llm.call(prompt=SEA)


def script(request: LlmRequest) -> LlmMessage | None:
    """A story, and a helper that asks the customer when it is told to."""
    if request.prompt == SEA:
        return LlmMessage("assistant", STORY)
    if request.system != HELPER:
        return None
    if request.prompt == "I want a lamp.":
        args = {"question": "For which room?", "mode": "text"}
        return LlmMessage("assistant", "", (ToolCallBlock(id="call_room", name="ask_clarification", args=args),))
    last = request.messages[-1]
    files = [block for block in last.blocks if isinstance(block, ImageBlock | FileBlock)]
    if files:
        return LlmMessage("assistant", f"I see {', '.join(f'{one.name} ({one.media_type})' for one in files)}.")
    results = [block for block in last.blocks if isinstance(block, ToolResultBlock)]
    return LlmMessage("assistant", f"I heard: {results[0].content}" if results else "Good day.")


FLOWS = [QuestionerWorkflow, FamilyWorkflow, ConversationWorkflow, StoryWorkflow, ChatAgentWorkflow]
