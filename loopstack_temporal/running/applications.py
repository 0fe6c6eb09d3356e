"""The applications that stateless runs work in."""

from __future__ import annotations

from loopstack_temporal.app.application import App
from loopstack_temporal.app.resolve import app_name, resolve
from loopstack_temporal.definition.model import WorkflowDefinition
from loopstack_temporal.errors import DefinitionError, NotFound, Problem
from loopstack_temporal.modules import StudioApp


class Applications:
    """Each application is resolved once, so that its providers are made once; `aclose` closes them all."""

    def __init__(self) -> None:
        self._resolved: dict[int, tuple[object, App]] = {}

    def of(self, definition: WorkflowDefinition, app: StudioApp | None) -> App:
        """`app` resolved, or an application of this workflow alone.

        Raises `DefinitionError` for a faulty app and for a second one of its name, `NotFound` (`unknown_workflow`) for
        one without this workflow.
        """
        # Apps hold lists and so have no hash; the key is kept, so that its id is not given to another object.
        key: object = app or definition.cls
        if id(key) not in self._resolved:
            if app is not None:
                self._must_be_alone(app)
            alone = StudioApp(name=definition.name, title=definition.title, workflows=[definition.cls])
            self._resolved[id(key)] = (key, resolve(app or alone))
        resolved = self._resolved[id(key)][1]
        found = resolved.workflows.get(definition.name)
        if found is None or found.cls is not definition.cls:
            raise NotFound(
                f"app `{resolved.name}` has no workflow `{definition.name}`; add {definition.cls.__name__} to its "
                "`workflows`",
                code="unknown_workflow",
            )
        return resolved

    def _must_be_alone(self, app: StudioApp) -> None:
        name = app.name or app_name(app.title)
        for other, resolved in self._resolved.values():
            if isinstance(other, StudioApp) and resolved.name == name:
                text = f"another app of this process is named {name!r} too ({other.title!r}); give one a `name=`"
                raise DefinitionError(
                    f"App `{name}` ({app.title!r})", [Problem(app.source.file, app.source.line, text, "name_clash")]
                )

    async def aclose(self) -> None:
        """Close the providers that were opened."""
        opened, self._resolved = list(self._resolved.values()), {}
        for _, app in opened:
            await app.aclose()
