"""`loopstack graph`: what it prints is the graph of the API."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.cli.running import environment, loopstack
from tests.support.stack import ROOT, Stack


def printed(stack: Stack, workflow: str, *options: str) -> str:
    done = subprocess.run(
        loopstack("graph", workflow, "tests.support.apps:app", *options),
        cwd=ROOT,
        env=stack.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return done.stdout


@pytest.mark.requirement("CLI-010")
async def test_text_and_diagram_say_what_the_graph_of_the_api_says(served: Stack) -> None:
    graph = (await served.http.get("/api/v1/workflows/rescue/graph")).json()
    assert json.loads(printed(served, "rescue", "--format", "json")) == graph
    wanted = [(edge["from"], edge["transition"], edge["to"], edge["kind"]) for edge in graph["edges"]]
    assert ("start", "work", "broken", "error") in wanted

    place, told = "", list[tuple[str, str, str, str]]()
    for line in printed(served, "rescue").splitlines()[1:]:
        if found := re.fullmatch(r"    (\w+) → (\w+)(?: \((.+)\))?", line):
            kind = {None: "automatic", "wait": "wait", "on error": "error"}[found[3]]
            told.append((place, found[1], found[2], kind))
        else:
            place = line.split()[0]
    assert sorted(told) == sorted(wanted)

    diagram = printed(served, "rescue", "--format", "mermaid")
    assert diagram.startswith("stateDiagram-v2\n")
    names = dict((id, name) for name, id in re.findall(r'state "(\w+)" as (\w+)', diagram))
    edges = re.findall(r"^    (\w+) --> (\w+): (\w+)", diagram, re.MULTILINE)
    assert [(names[from_], transition, names[to]) for from_, to, transition in edges] == [one[:3] for one in wanted]
    assert set(names.values()) == {one["name"] for one in graph["places"]}


@pytest.mark.parametrize("format", ["text", "mermaid"])
def test_where_a_stop_leads_has_words_too(format: str) -> None:
    done = subprocess.run(
        loopstack("graph", "talk", "tests.support.busy:app", "--format", format),
        cwd=ROOT,
        env=environment(LOOPSTACK_TEST_APP="tests"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "think (when stopped)" in done.stdout or "think → asking (when stopped)" in done.stdout


def test_an_unknown_workflow_is_told_with_the_known_ones() -> None:
    done = subprocess.run(
        loopstack("graph", "nothing", "tests.support.configured:app"),
        cwd=ROOT,
        env=environment(LOOPSTACK_TEST_APP="tests"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no workflow `nothing`. It has: `speech`" in done.stderr
