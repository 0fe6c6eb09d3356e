"""A model answers with data: a small program, shown as code."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, Document, MessageDocument, RunContext, document, transition, workflow
from loopstack_temporal.llm import LlmGenerateObjectTool, LlmRequest

Language = Literal["python", "javascript", "java", "php"]


class ProgramArgs(BaseModel):
    language: Language = Field(default="python", description="What the program is written in.")


@document(title="Program", widget={"widget": "code"})
class ProgramDocument(Document):
    filename: str = Field(description="Name of the file, with its ending.")
    description: str = Field(description="What the program does, in one sentence.")
    code: str


class ProgramState(BaseModel):
    filename: str = ""


@workflow(title="Structured output", description="Has a model write a small program into a document.")
class StructuredOutputWorkflow(BaseWorkflow[ProgramArgs, ProgramState, str]):
    llm: LlmGenerateObjectTool

    @transition(to="ready")
    async def greeting(self, ctx: RunContext[ProgramArgs]) -> None:
        await self.document_store.save(
            MessageDocument(role="assistant", text=f"Writing a program in {ctx.args.language} …"), key="status"
        )

    @transition(from_="ready", to="prompt_executed", retry=2)
    async def prompt(self, state: ProgramState, ctx: RunContext[ProgramArgs]) -> None:
        prompt = f"Write a program in {ctx.args.language} that says hello."
        program = (await self.llm.call(prompt=prompt, output_schema=ProgramDocument)).data.object
        await self.document_store.save(program, key="program")
        state.filename = program.filename

    @transition(from_="prompt_executed", to="end")
    async def respond(self, state: ProgramState) -> str:
        message = MessageDocument(role="assistant", text=f"Done: `{state.filename}`.")
        await self.document_store.save(message, key="status")
        return state.filename


PROGRAMS = {
    "python": ("hello.py", 'print("Hello!")'),
    "javascript": ("hello.js", 'console.log("Hello!");'),
    "java": ("Hello.java", 'void main() { System.out.println("Hello!"); }'),
    "php": ("hello.php", '<?php echo "Hello!";'),
}


def script(request: LlmRequest) -> dict[str, Any] | None:
    """What the model gives where there is none."""
    words = request.prompt.split()
    if words[:4] != ["Write", "a", "program", "in"]:
        return None
    filename, code = PROGRAMS[words[4]]
    return {"filename": filename, "description": "Says hello.", "code": code}
