"""A greeter tool with settings, the module that brings both, and a module that wraps that one."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseTool, Module, ToolResult, tool


class GreeterSettings(BaseModel):
    salutation: str = "Hello"
    question: str = ""


class GreeterArgs(BaseModel):
    name: str


@tool(description="Greets somebody.")
class GreeterTool(BaseTool[GreeterArgs, str]):
    settings: GreeterSettings

    async def handle(self, args: GreeterArgs) -> ToolResult[str]:
        return ToolResult(data=f"{self.settings.salutation}, {args.name}!{self.settings.question}")


def greeter(salutation: str = "Hello", *, question: str = "") -> Module:
    """A module with settings is a function that gives one."""
    settings = GreeterSettings(salutation=salutation, question=question)
    return Module(name="greeter", tools=[GreeterTool], providers=[settings])


def polite_greeter(salutation: str) -> Module:
    """A module of one's own that wraps another one and hands its settings on."""
    return Module(name="polite_greeter", modules=[greeter(salutation, question=" How do you do?")])
