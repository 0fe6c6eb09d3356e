"""A workflow with a way around and one with thirty places, to be drawn as graphs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Retry, transition, workflow
from tests.studio.widget_flows import Nothing


class Rounds(BaseModel):
    count: int = 0


@workflow(title="Detour")
class DetourWorkflow(BaseWorkflow[Nothing, Rounds, int]):
    """Goes in circles twice, fails, and asks how to go on."""

    @transition(to="counting")
    async def begin(self) -> None: ...

    def more(self, state: Rounds) -> bool:
        return state.count < 2

    @transition(from_="counting", to="counting", guard=more, priority=1)
    async def again(self, state: Rounds) -> None:
        state.count += 1

    @transition(from_="counting", to="end", retry=Retry(1, delay=0.1, place="mending"))
    async def deliver(self) -> int:
        raise ConnectionError("nobody is there")

    @transition(from_="mending", to="end", wait=True)
    async def give_up(self, state: Rounds) -> int:
        return state.count


LEGS = 29


def _leg(number: int) -> Any:
    async def leg(self: Any) -> None: ...

    leg.__name__ = f"leg_{number}"
    return transition(from_="start" if number == 0 else f"stop_{number}", to=f"stop_{number + 1}")(leg)


async def _arrive(self: Any) -> None: ...


LongWayWorkflow: type[BaseWorkflow[Any, Any, Any]] = workflow(name="long_way", title="Long way")(
    type(
        "LongWayWorkflow",
        (BaseWorkflow,),
        {
            "__module__": __name__,
            "__doc__": "Thirty places one after the other.",
            **{f"leg_{number}": _leg(number) for number in range(LEGS - 1)},
            "arrive": transition(from_=f"stop_{LEGS - 1}", to="end")(_arrive),
        },
    )
)

FLOWS = [DetourWorkflow, LongWayWorkflow]
