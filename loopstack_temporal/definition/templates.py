"""Templates: Jinja2, sandboxed, plain text (nothing is escaped), unknown names are errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from traceback import walk_tb

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loopstack_temporal.definition.model import Source
from loopstack_temporal.definition.problems import Problems
from loopstack_temporal.errors import TemplateError


def render_template(folders: Sequence[Path], path: str | Path, data: Mapping[str, object]) -> str:
    """Render the template `path` found in the first of `folders` that has it. Raises `TemplateError`."""
    file = find_file(folders, path)
    if file is None:
        looked = ", ".join(str(folder / path) for folder in folders)
        raise TemplateError(f"template {str(path)!r} was not found; looked for {looked}")
    try:
        return _environment().get_template(str(file)).render(data)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename or file}:{error.lineno}: {error.message}") from error
    except TemplateNotFound as error:
        raise TemplateError(f"{_place(error, file)}: included template {error.name!r} was not found") from error
    except Exception as error:
        # Objects handed to a template may raise anything; the author needs the template's line in every case.
        raise TemplateError(f"{_place(error, file)}: {type(error).__name__}: {error}") from error


def check_template(folders: Sequence[Path], path: str, source: Source, problems: Problems) -> None:
    """A template an author names in code: it must exist and parse."""
    file = find_file(folders, path)
    if file is None:
        looked = ", ".join(str(folder / path) for folder in folders)
        problems.add(source, "template_missing", f"the template {path!r} does not exist; looked for {looked}")
        return
    try:
        _environment().parse(file.read_text(encoding="utf-8"), filename=str(file))
    except TemplateSyntaxError as error:
        problems.add(Source(str(file), error.lineno), "template_syntax", f"{error.message}")


def find_file(folders: Sequence[Path], path: str | Path) -> Path | None:
    """The first existing file of that relative path (or the absolute path itself)."""
    candidates = (Path(folder, path).resolve() for folder in folders)
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _place(error: BaseException, file: Path) -> str:
    """File and line of the innermost template frame: Jinja2 maps compiled templates back to their source."""
    line = 0
    name = str(file)
    for frame, number in walk_tb(error.__traceback__):
        # Jinja2 marks the frames it rewrites to point into template files this way.
        if "__jinja_exception__" in frame.f_globals:
            name, line = frame.f_code.co_filename, number
    return f"{name}:{line}" if line else name


class _Files(BaseLoader):
    """Loads by absolute path; names in `include`, `extends` and `import` are relative to the naming template."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        file = Path(template)
        try:
            text, changed = file.read_text(encoding="utf-8"), file.stat().st_mtime_ns
        except OSError as error:
            raise TemplateNotFound(template) from error
        return text, template, lambda: file.is_file() and file.stat().st_mtime_ns == changed


class _Sandbox(ImmutableSandboxedEnvironment):
    def join_path(self, template: str, parent: str) -> str:
        return str((Path(parent).parent / template).resolve())


@cache
def _environment() -> Environment:
    # Prompts and documents are text, not HTML: escaping would corrupt them.
    return _Sandbox(loader=_Files(), autoescape=False, undefined=StrictUndefined)
