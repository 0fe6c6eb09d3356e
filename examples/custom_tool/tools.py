"""Two tools of one's own, and the service one of them uses."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseTool, Document, ToolResult, document, tool


class Calculator:
    """A service: the app provides it, tools and workflows ask for it by its type."""

    def sum(self, a: float, b: float) -> float:
        return a + b


class SumArgs(BaseModel):
    a: float = Field(description="The first number.")
    b: float = Field(description="The second number.")


@tool(description="Adds two numbers.")
class SumTool(BaseTool[SumArgs, float]):
    calculator: Calculator

    async def handle(self, args: SumArgs) -> ToolResult[float]:
        return ToolResult(data=self.calculator.sum(args.a, args.b))


@document(title="Counter")
class CounterDocument(Document):
    count: int = 0


@tool(description="Counts how often it was used in this run.")
class CounterTool(BaseTool[dict[str, object], int]):
    """Every attempt has tool objects of its own; what is to last is kept as a document of the run."""

    async def handle(self) -> ToolResult[int]:
        found = await self.document_store.find_all(CounterDocument)
        count = (found[-1].count if found else 0) + 1
        await self.document_store.save(CounterDocument(count=count), key="counter")
        return ToolResult(data=count)
