"""Finds the application a command line names."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from loopstack_temporal.errors import DefinitionError, Problem, SetupError
from loopstack_temporal.modules import StudioApp

_OWN_FOLDER = str(Path(__file__).resolve().parents[1])


def load_app(reference: str, *, folder: Path | None = None) -> StudioApp:
    """The app behind `module:app`, `file.py`, `file.py:app` or `folder/file.py:app`.

    `app` is the attribute's default name, and `folder` (default: the current one) is where relative names start.
    Raises `SetupError` (`app_not_found`) when there is no such module, file or attribute, and `DefinitionError` with
    file and line when the author's code does not import.
    """
    base = (folder or Path.cwd()).resolve()
    target, _, attribute = reference.partition(":")
    attribute = attribute or "app"
    if target.endswith(".py") or "/" in target or "\\" in target:
        module = _import_file(reference, base / target)
    else:
        module = _import_named(reference, target, base)
    return _attribute(reference, module, attribute)


def _import_file(reference: str, path: Path) -> ModuleType:
    path = path.resolve()
    if not path.is_file():
        raise _not_found(reference, f"there is no file {path}")
    # A file inside a package is imported under its full name, so that its own package imports work.
    names, root = [path.stem], path.parent
    while (root / "__init__.py").is_file():
        names.insert(0, root.name)
        root = root.parent
    _make_importable(root)
    name = ".".join(names)
    known = sys.modules.get(name)
    if known is not None and Path(known.__file__ or "").resolve() == path:
        return known
    if known is None and _would_import(name) == path:
        return _import(reference, name)
    return _import_apart(reference, path)


def _would_import(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, SyntaxError):
        return None
    return Path(spec.origin).resolve() if spec and spec.origin else None


def _import_apart(reference: str, path: Path) -> ModuleType:
    """Import a file whose plain name belongs to another module already, say `app.py` beside an installed `app`."""
    name = f"_loopstack_app_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _not_found(reference, f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        sys.modules.pop(name, None)
        raise _clean(reference, error) from None
    return module


def _import_named(reference: str, name: str, base: Path) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise _not_found(reference, f"{name!r} is neither a module name nor a path that ends in `.py`")
    _make_importable(base)
    return _import(reference, name)


def _import(reference: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise _not_found(
                reference, f"there is no module `{error.name}` in {sys.path[0]} or the environment"
            ) from None
        raise _clean(reference, error) from None
    except BaseException as error:
        raise _clean(reference, error) from None


def _make_importable(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _clean(reference: str, error: BaseException) -> BaseException:
    """The author's mistake as a problem with a place, without the frames of the import machinery."""
    if isinstance(error, DefinitionError | SetupError):
        return error.with_traceback(None)
    if not isinstance(error, Exception):
        return error
    if isinstance(error, SyntaxError):
        problem = Problem(error.filename or reference, error.lineno or 1, f"syntax error: {error.msg}", "syntax_error")
        return DefinitionError(f"`{reference}`", [problem])
    file, line = _author_line(error)
    return DefinitionError(f"`{reference}`", [Problem(file, line, f"{type(error).__name__}: {error}", "import_failed")])


def _author_line(error: Exception) -> tuple[str, int]:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith("<frozen") and not f.filename.startswith(_OWN_FOLDER)]
    outside = [f for f in own if "site-packages" not in f.filename] or own or list(frames)
    if not outside:
        return "unknown", 0
    return outside[-1].filename, outside[-1].lineno or 1


def _attribute(reference: str, module: ModuleType, name: str) -> StudioApp:
    found = getattr(module, name, None)
    if isinstance(found, StudioApp):
        return found
    file = module.__file__ or module.__name__
    if found is not None:
        raise _not_found(reference, f"`{name}` in {file} is a {type(found).__name__}, not a StudioApp")
    others = sorted(key for key, value in vars(module).items() if isinstance(value, StudioApp))
    hint = f"; it has {', '.join(f'`{other}`' for other in others)}: write `{reference.partition(':')[0]}:{others[0]}`"
    raise _not_found(reference, f"{file} has no `{name}`{hint if others else ''}")


def _not_found(reference: str, why: str) -> SetupError:
    return SetupError(
        f"Cannot find the app `{reference}`: {why}.\n"
        "  Write `module:app`, `file.py` or `folder/file.py:app`; without a name after the colon it is `app`.",
        code="app_not_found",
    )
