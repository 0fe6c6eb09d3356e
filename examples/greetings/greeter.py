"""A greeter tool with settings, and the module that brings both into an app."""

from __future__ import annotations

from pydantic import BaseModel

from loopstack_temporal import BaseTool, Module, ToolOptions, ToolResult, tool


class GreeterSettings(BaseModel):
    """Given once for the whole app."""

    salutation: str = "Hello"


class GermanSettings(GreeterSettings):
    """A type of its own is a setting of its own, for whoever asks for it."""

    salutation: str = "Guten Tag"


class GreeterConfig(BaseModel):
    """Given with one call."""

    salutation: str | None = None


class GreeterArgs(BaseModel):
    name: str


@tool(description="Greets somebody.", config_schema=GreeterConfig)
class GreeterTool(BaseTool[GreeterArgs, str]):
    def __init__(self, settings: GreeterSettings) -> None:
        self.settings = settings

    async def handle(self, args: GreeterArgs, options: ToolOptions) -> ToolResult[str]:
        salutation = options.config.salutation or self.settings.salutation
        return ToolResult(data=f"{salutation}, {args.name}!")


@tool(description="Greets somebody in German.", config_schema=GreeterConfig)
class GermanGreeterTool(GreeterTool):
    """The same tool, which asks for other settings."""

    def __init__(self, settings: GermanSettings) -> None:
        super().__init__(settings)


@tool(description="Greets somebody, and asks how they are.")
class PoliteGreeterTool(BaseTool[GreeterArgs, str]):
    """A wrapper: it has the greeter greet and adds its own words."""

    greeter: GreeterTool

    async def handle(self, args: GreeterArgs) -> ToolResult[str]:
        greeting = await self.greeter.call(args, config=GreeterConfig(salutation="Good morning"))
        return ToolResult(data=f"{greeting.data} How do you do?")


def greeter(salutation: str = "Hello") -> Module:
    """A module with settings is a function that gives one."""
    return Module(name="greeter", providers=[GreeterSettings(salutation=salutation), GermanSettings()])
