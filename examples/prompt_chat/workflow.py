"""The shell of a chat, without a model: a message comes, a message goes, and the run waits for the next one."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, transition, workflow


class ChatArgs(BaseModel):
    greeting: str = Field(default="Hello! Tell me something.", min_length=1)


class ChatState(BaseModel):
    turns: int = 0


@workflow(title="Prompt chat", description="Answers every message, for as long as you write.", widget="chat.ui.yaml")
class PromptChatWorkflow(BaseWorkflow[ChatArgs, ChatState]):
    @transition(to="waiting_for_user")
    async def greet(self, ctx: RunContext[ChatArgs]) -> None:
        await self._say("assistant", ctx.args.greeting)

    @transition(from_="waiting_for_user", to="reply_sent", wait=True)
    async def user_message(self, state: ChatState, payload: str) -> None:
        state.turns += 1
        await self._say("user", payload)
        await self._say("assistant", f"{len(payload.split())} words in turn {state.turns}. Go on.")

    @transition(from_="reply_sent", to="waiting_for_user")
    async def loop(self) -> None: ...

    async def _say(self, role: str, text: str) -> None:
        await self.document_store.save(MessageDocument(role=role, text=text))
