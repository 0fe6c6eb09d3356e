"""One question to two models, in two threads of one run."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, LlmMessageDocument, MarkdownDocument, RunContext, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool, LlmMessage, LlmRequest

QUESTION = "What is the best way to learn a language?"


class QuestionArgs(BaseModel):
    question: str = QUESTION


class Answers(BaseModel):
    claude: str = ""
    openai: str = ""


@workflow(title="Two models", description="Asks Claude and OpenAI the same question.")
class MultiProviderWorkflow(BaseWorkflow[QuestionArgs, Answers, Answers]):
    llm: LlmGenerateTextTool

    @transition(to="claude_done", retry=2)
    async def ask_claude(self, state: Answers, ctx: RunContext[QuestionArgs]) -> None:
        state.claude = await self._ask("claude", ctx.args.question)

    @transition(from_="claude_done", to="openai_done", retry=2)
    async def ask_open_ai(self, state: Answers, ctx: RunContext[QuestionArgs]) -> None:
        state.openai = await self._ask("openai", ctx.args.question)

    @transition(from_="openai_done", to="end")
    async def done(self, state: Answers) -> Answers:
        text = f"| Claude | OpenAI |\n|---|---|\n| {state.claude} | {state.openai} |"
        await self.document_store.save(MarkdownDocument(markdown=text))
        return state

    async def _ask(self, provider: str, question: str) -> str:
        await self.document_store.save(LlmMessageDocument(role="user", text=question), tags=[provider])
        reply = await self.llm.call(provider=provider, messages_search_tag=provider, save=False)
        await self.document_store.save(
            reply.data.message, tags=[provider], meta={"provider": provider, "response": dict(reply.data.response)}
        )
        return reply.data.message.text


def script(request: LlmRequest) -> LlmMessage | None:
    """What both models say where there is none."""
    return LlmMessage("assistant", "Talk to somebody every day.") if request.prompt == QUESTION else None
