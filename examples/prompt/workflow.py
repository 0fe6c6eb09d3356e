"""One question from a template, one answer in the feed."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow
from loopstack_temporal.llm import LlmGenerateTextTool, LlmMessage, LlmRequest


class PromptArgs(BaseModel):
    subject: str = Field(default="coffee", min_length=1, max_length=100)


@workflow(title="Prompt", description="Asks a model for a haiku.")
class PromptWorkflow(BaseWorkflow[PromptArgs, dict[str, object], str]):
    llm: LlmGenerateTextTool

    @transition(to="end", retry=2)
    async def prompt(self, ctx: RunContext[PromptArgs]) -> str:
        reply = await self.llm.call(prompt=self.render("prompt.md", subject=ctx.args.subject))
        return reply.data.message.text


def script(request: LlmRequest) -> LlmMessage | None:
    """What the model says where there is none."""
    if not request.prompt.startswith("Write a haiku about "):
        return None
    subject = request.prompt.removeprefix("Write a haiku about ").split(".")[0]
    return LlmMessage("assistant", f"Steam over the desk:\nall morning I think about\nnothing but {subject}.")
