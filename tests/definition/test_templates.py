"""Templates: sandboxed Jinja2 next to the file that declares the class."""

import os
import sys
from pathlib import Path

import pytest

from loopstack_temporal import BaseWorkflow, TemplateError
from loopstack_temporal.definition.templates import render_template
from tests.definition.author_files import import_file, write_files


@pytest.mark.requirement("DOC-042")
def test_templates_have_variables_conditions_loops_and_includes(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "prompts/main.md": "{% include 'head.md' %}\n{% for tag in note.tags %}[{{ tag }}]{% else %}none"
            "{% endfor %} {% if note.count > 1 %}many{% endif %} {{ note.tags[0] }} <b>{{ note['text'] }}</b>\n",
            "prompts/head.md": "# {{ note.title }}",
        },
    )
    note = {"title": "Tea & milk", "tags": ["a", "b"], "count": 2, "text": "<i>"}

    assert render_template([tmp_path], "prompts/main.md", {"note": note}) == "# Tea & milk\n[a][b] many a <b><i></b>"


@pytest.mark.requirement("DOC-043")
@pytest.mark.parametrize(
    "text", ["{{ ''.__class__.__mro__ }}", "{{ items.append(1) }}", "{{ items.__class__.__base__.__subclasses__() }}"]
)
def test_templates_reach_neither_private_attributes_nor_change_values(text: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"bad.md": f"\n{text}"})
    items: list[int] = []

    with pytest.raises(TemplateError, match=r"bad\.md:2: SecurityError"):
        render_template([tmp_path], "bad.md", {"items": items})

    assert items == []


@pytest.mark.requirement("DOC-044")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n{{ name }}", "main.md:2: UndefinedError: 'name' is undefined"),
        ("a\n\n{{ 1 / zero }}", "main.md:3: ZeroDivisionError: division by zero"),
        ("a\n{% if %}", "main.md:2: Expected an expression, got 'end of statement block'"),
        ("a\n{% include 'none.md' %}", "main.md:2: included template 'none.md' was not found"),
        ("a\n{% include 'inner.md' %}", "inner.md:2: UndefinedError: 'deep' is undefined"),
    ],
)
def test_a_template_error_names_file_and_line(text: str, message: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"main.md": text, "inner.md": "x\n{{ deep }}"})

    with pytest.raises(TemplateError) as caught:
        render_template([tmp_path], "main.md", {"zero": 0})

    assert str(caught.value).replace(f"{tmp_path}/", "") == message


@pytest.mark.requirement("DOC-044")
def test_a_missing_template_names_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        render_template([tmp_path], "none.md", {})

    assert str(caught.value) == f"template 'none.md' was not found; looked for {tmp_path}/none.md"


@pytest.mark.requirement("ENGINE-005")
def test_paths_resolve_beside_the_declaring_file_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(
        tmp_path,
        {
            "base/base.py": "from loopstack_temporal import BaseWorkflow, transition\n\n\n"
            "class Base(BaseWorkflow):\n"
            "    @transition(to='end')\n"
            "    def go(self) -> str:\n"
            "        return self.render('prompt.md', who='you') + self.render('../shared.md')\n",
            "base/prompt.md": "base {{ who }}",
            "shared.md": " shared",
            "own/case.py": "from author_base import Base\n\nfrom loopstack_temporal import workflow\n\n\n"
            "@workflow(widget='own.ui.yaml')\nclass OwnWorkflow(Base): ...\n",
            "own/own.ui.yaml": "title: Mine\nwidget: sandbox-run\n",
            "elsewhere/prompt.md": "wrong",
        },
    )
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setitem(sys.modules, "author_base", import_file(tmp_path / "base/base.py"))
    module = import_file(tmp_path / "own/case.py")

    own: BaseWorkflow = module.OwnWorkflow()
    assert own.render("prompt.md", who="you") == "base you"  # found beside the base class
    (tmp_path / "own/prompt.md").write_text("own {{ who }}")
    assert own.render("prompt.md", who="you") == "own you"  # the subclass has its own now
    assert own.render("../shared.md") == " shared"
    assert own.render(tmp_path / "shared.md") == " shared"
    assert os.getcwd().endswith("elsewhere")


def test_a_changed_template_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "t.md").write_text("one")
    assert render_template([tmp_path], "t.md", {}) == "one"

    (tmp_path / "t.md").write_text("two")
    os.utime(tmp_path / "t.md", ns=(1, 1))

    assert render_template([tmp_path], "t.md", {}) == "two"
