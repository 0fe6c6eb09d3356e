"""A tool's result, kept in the state and read one transition later."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, tool, transition, workflow


class Recipe(BaseModel):
    flour: int
    eggs: int


@tool(name="cake_recipe")
def cake_recipe(cakes: int) -> Recipe:
    """What a number of cakes needs; flour in grams."""
    return Recipe(flour=250 * cakes, eggs=3 * cakes)


class CakeArgs(BaseModel):
    cakes: int = Field(default=2, ge=1, le=50, description="How many cakes?")


class ShoppingState(BaseModel):
    recipe: Recipe | None = None


@workflow(title="Tool results", description="Asks a tool for a recipe and reads it in the next step.")
class WorkflowToolResultsWorkflow(BaseWorkflow[CakeArgs, ShoppingState, str]):
    @transition(to="recipe_found")
    async def look_up(self, state: ShoppingState, ctx: RunContext[CakeArgs]) -> None:
        reply = await cake_recipe.call(ctx.args.cakes)
        state.recipe = reply.data

    @transition(from_="recipe_found", to="end")
    async def list_shopping(self, state: ShoppingState) -> str:
        text = shopping_list(state.recipe)
        await self.document_store.save(MessageDocument(role="assistant", text=text))
        return text


def shopping_list(recipe: Recipe | None) -> str:
    return f"{recipe.flour} g flour, {recipe.eggs} eggs" if recipe else "nothing"
