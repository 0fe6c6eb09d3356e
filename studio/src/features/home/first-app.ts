/** The smallest app there is, for an empty Home. */
export const FIRST_APP = `from loopstack_temporal import BaseWorkflow, StudioApp, transition, workflow


@workflow(title="Hello")
class HelloWorkflow(BaseWorkflow):
    @transition(to="end")
    def greet(self) -> str:
        return "Hello from a run"


app = StudioApp(title="First app", workflows=[HelloWorkflow])`;

export const FIRST_COMMAND = "loopstack dev hello.py";
