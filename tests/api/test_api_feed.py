"""Steps, documents, graph, sentence and catalogue over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from examples.app import app as examples
from loopstack_temporal.app.resolve import resolve
from loopstack_temporal.errors import ErrorInfo
from loopstack_temporal.machine.decisions import Await, Fire
from loopstack_temporal.store.records import Awaiting, ChildWrite, DocumentWrite, Ending, Fence, NewRun, StepOutcome
from loopstack_temporal.store.store import Store
from tests.api.desk import APP, WAIT_PLACE, Desk, content
from tests.api.test_api_runs import start

AGAIN = "/runs/r-1/transitions/again"


@pytest.mark.requirement("API-016")
async def test_steps_tell_who_did_what_from_where_to_where(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    await http.post(AGAIN, json={"payload": {"note": "shorter"}})

    page = (await http.get("/runs/r-1/steps", params={"limit": 2})).json()
    rest = (await http.get("/runs/r-1/steps", params={"cursor": page["cursor"]})).json()
    one = (await http.get("/runs/r-1/steps/1")).json()

    steps = [*page["items"], *rest["items"]]
    assert [(step["step"], step["transition"], step["from"], step["to"]) for step in steps] == [
        (0, "generate", "start", WAIT_PLACE),
        (1, "again", WAIT_PLACE, "start"),
        (2, "generate", "start", WAIT_PLACE),
    ]
    assert rest["cursor"] is None
    assert steps[0]["title"] == "Write a draft"
    assert steps[0]["document_count"] == 3
    assert steps[0]["duration_ms"] >= 0
    assert steps[0]["sender"] is None
    assert steps[1]["sender"]["by"] == "local"
    assert one["payload"] == {"note": "shorter"}
    assert one["state_before"] == one["state_after"] == {"draft": "Draft 0"}
    assert (one["activity_type"], one["activity_id"]) == ("review.again", "1-again")


@pytest.mark.requirement("API-017")
async def test_the_feed_has_visible_documents_with_what_their_class_says(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    shown = (await http.get("/runs/r-1/documents")).json()["items"]
    hidden = (await http.get("/runs/r-1/documents", params={"hidden": True})).json()["items"]

    assert [document["content"] for document in shown] == [{"markdown": "Draft 0"}]
    assert [document["content"]["markdown"] for document in hidden] == ["Draft 0", "note"]
    draft = shown[0]
    assert (draft["title"], draft["name"], draft["key"], draft["place"]) == ("Draft", "markdown", "draft", "start")
    assert draft["meta"] == {"mimeType": "text/markdown", "level": "info"}
    assert draft["widgets"][0]["widget"] == "markdown"


@pytest.mark.requirement("API-017")
async def test_a_replaced_document_keeps_its_place_and_its_history(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    first = (await http.get("/runs/r-1/documents")).json()["items"][0]
    await http.post(AGAIN, json={"payload": {}})

    second = (await http.get("/runs/r-1/documents")).json()["items"][0]
    history = (await http.get(f"/documents/{second['id']}")).json()

    assert second["position"] == first["position"]
    assert (first["version"], second["version"]) == (1, 2)
    assert [version["content"]["markdown"] for version in history["versions"]] == ["Draft 0", "Draft 2"]
    assert [version["live"] for version in history["versions"]] == [False, True]


@pytest.mark.requirement("API-003", "API-017")
async def test_the_feed_pages_both_ways(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    for _ in range(3):
        await http.post(AGAIN, json={"payload": {}})
    whole = (await http.get("/runs/r-1/documents", params={"hidden": True})).json()["items"]
    positions = [document["position"] for document in whole]

    async def walk(**params: str | int) -> list[int]:
        page = (await http.get("/runs/r-1/documents", params={"hidden": True, "limit": 2, **params})).json()
        found = [document["position"] for document in page["items"]]
        following = page["after"] if params["order"] == "asc" else page["before"]
        if following is None:
            return found
        return found + await walk(
            order=params["order"], **{"after" if params["order"] == "asc" else "before": following}
        )

    assert len(positions) == 5
    assert await walk(order="asc") == positions
    assert await walk(order="desc") == positions[::-1]


@pytest.mark.requirement("API-003")
async def test_a_page_with_nothing_on_it_says_where_to_go_on(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    async def page(**params: str | int) -> tuple[int, int | None, int | None]:
        page = (await http.get("/runs/r-1/documents", params={"hidden": True, **params})).json()
        return len(page["items"]), page["before"], page["after"]

    assert await page(before=1, order="desc") == (0, None, 0)
    assert await page(after=7) == (0, 8, None)
    assert await page(after=0) == (2, None, None), "before the first document is nothing"


@pytest.mark.requirement("API-008")
async def test_a_workflows_graph_equals_its_declarations(http: httpx.AsyncClient) -> None:
    graph = (await http.get("/workflows/review/graph")).json()

    assert [(place["name"], place["kind"]) for place in graph["places"]] == [
        ("start", "start"),
        (WAIT_PLACE, "wait"),
        ("end", "end"),
    ]
    assert [(edge["transition"], edge["from"], edge["to"], edge["kind"]) for edge in graph["edges"]] == [
        ("generate", "start", WAIT_PLACE, "automatic"),
        ("decide", WAIT_PLACE, "end", "wait"),
        ("again", WAIT_PLACE, "start", "wait"),
    ]
    assert graph["place"] is None
    assert not any(edge["taken"] for edge in graph["edges"])


async def test_error_and_retry_edges_are_drawn(http: httpx.AsyncClient, store: Store) -> None:
    changed = content()
    changed["workflows"][1]["transitions"][0] |= {"error_place": "broken", "retry_target": "start"}
    changed["workflows"][1]["places"] = ["start", "broken", "end"]
    store.catalogue.publish(APP, "h2", changed)
    store.catalogue.worker_seen("w-2", APP, "h2", [])

    graph = (await http.get("/workflows/deploy/graph")).json()

    assert [(edge["id"], edge["to"], edge["kind"]) for edge in graph["edges"]] == [
        ("deploy:start:automatic", "end", "automatic"),
        ("deploy:start:error", "broken", "error"),
        ("deploy:start:retry", "start", "retry"),
    ]


async def test_a_runs_graph_shows_the_way_it_took(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    await http.post(AGAIN, json={"payload": {}})

    graph = (await http.get("/runs/r-1/graph")).json()

    assert graph["place"] == WAIT_PLACE
    assert [(place["name"], place["visits"], place["live"]) for place in graph["places"]] == [
        ("start", 2, False),
        (WAIT_PLACE, 2, True),
        ("end", 0, False),
    ]
    assert [(edge["transition"], edge["taken"], edge["last_step"]) for edge in graph["edges"]] == [
        ("generate", 2, 2),
        ("decide", 0, None),
        ("again", 1, 1),
    ]


async def test_a_running_step_is_live_in_the_graph_and_in_the_sentence(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    await desk.begin("r-1", "decide")

    graph = (await http.get("/runs/r-1/graph")).json()
    why = (await http.get("/runs/r-1/why")).json()

    assert [edge["transition"] for edge in graph["edges"] if edge["live"]] == ["decide"]
    assert why["code"] == "running"
    assert why["text"].startswith("Running “Decide” for ")
    assert why["text"].endswith(" on worker w-2.")


async def test_an_old_run_is_drawn_by_its_own_definition(http: httpx.AsyncClient, store: Store) -> None:
    await start(http, run_id="r-1")
    changed = content()
    changed["workflows"][0]["places"].append("somewhere")
    store.catalogue.publish(APP, "h2", changed)
    store.catalogue.worker_seen("w-2", APP, "h2", [])

    run = (await http.get("/runs/r-1/graph")).json()
    workflow = (await http.get("/workflows/review/graph")).json()

    assert (run["hash"], len(run["places"])) == ("h1", 3)
    assert (workflow["hash"], len(workflow["places"])) == ("h2", 4)


@pytest.mark.requirement("API-007")
async def test_apps_are_listed_with_what_they_offer(http: httpx.AsyncClient) -> None:
    apps = (await http.get("/apps")).json()["items"]

    assert [(app["name"], app["title"], app["live"]) for app in apps] == [("desk", "Desk", True)]
    assert [(one["name"], one["title"]) for one in apps[0]["workflows"]] == [("review", "Review"), ("deploy", "Deploy")]
    assert apps[0]["workflows"][0]["args_schema"]["required"] == ["topic"]
    assert apps[0]["documents"][0]["name"] == "markdown"


async def test_only_what_people_can_start_is_listed_in_the_authors_order(http: httpx.AsyncClient, store: Store) -> None:
    changed = content()
    launch = {"widget": "start-form", "options": {"workflow": "review", "title": "Draft something"}}
    changed["app"] |= {"workflows": ["deploy"], "ui": [launch], "features": ["git"]}
    store.catalogue.publish(APP, "h2", changed)
    store.catalogue.worker_seen("w-2", APP, "h2", [])

    app = (await http.get("/apps")).json()["items"][0]

    assert [one["name"] for one in app["workflows"]] == ["deploy"]
    assert app["features"] == ["git"]
    assert app["ui"][0]["widget"] == "start-form"
    assert app["ui"][0]["options"] == {"workflow": "review", "title": "Draft something"}
    refused = await http.post("/runs", json={"workflow": "review"})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_workflow")


@pytest.mark.requirement("API-008")
async def test_a_workflow_tells_all_about_its_transitions(http: httpx.AsyncClient) -> None:
    workflow = (await http.get("/workflows/review")).json()

    decide = workflow["transitions"][1]
    assert (decide["kind"], decide["from"], decide["to"]) == ("wait", WAIT_PLACE, "end")
    assert decide["schema"]["required"] == ["approved"]
    assert decide["retry"] == {"attempts": 0, "delay": 1.0, "backoff": "exponential", "max_delay": 30.0}
    assert workflow["widgets"][0]["widget"] == "form"


async def test_an_answer_belongs_into_the_document_that_has_its_widget(http: httpx.AsyncClient, store: Store) -> None:
    changed = content()
    changed["documents"][0]["widgets"] = [
        {"widget": "confirm-prompt", "options": {"transition": "decide"}, "show_when": [], "enabled_when": []}
    ]
    store.catalogue.publish(APP, "h1b", changed)
    store.catalogue.worker_seen("w-2", APP, "h1b", [])
    await start(http, run_id="r-1")
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE run SET catalogue_hash = 'h1b'")

    run = (await http.get("/runs/r-1")).json()
    draft = (await http.get("/runs/r-1/documents")).json()["items"][0]

    assert run["awaiting"][0]["document_ids"] == [draft["id"]]
    assert run["awaiting"][1]["document_ids"] == []


@pytest.mark.requirement("API-022")
async def test_everything_can_be_looked_at_without_temporal_and_workers(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    desk.away, desk.workers = True, False

    for path in ("/runs", "/runs/r-1", "/runs/r-1/steps", "/runs/r-1/documents", "/runs/r-1/graph", "/runs/r-1/why"):
        assert (await http.get(path)).status_code == 200, path


async def test_what_a_real_worker_publishes_is_read_whole(http: httpx.AsyncClient, store: Store) -> None:
    content_hash, published = resolve(examples).catalogue()
    store.catalogue.publish("examples", content_hash, published)
    store.catalogue.worker_seen("w-2", "examples", content_hash, [])

    apps = {app["name"]: app for app in (await http.get("/apps")).json()["items"]}

    assert [one["name"] for one in apps["examples"]["workflows"]] == published["app"]["workflows"]
    for one in apps["examples"]["workflows"]:
        graph = (await http.get(f"/workflows/{one['name']}/graph", params={"app": "examples"})).json()
        assert (graph["places"][0]["name"], graph["places"][-1]["name"]) == ("start", "end")


@pytest.mark.requirement("CHILD-016")
async def test_a_link_shows_the_run_it_leads_to_as_it_stands_now(http: httpx.AsyncClient, store: Store) -> None:
    await start(http, run_id="r-1")
    store.runs.create(NewRun("r-2", APP, "review", "default", "local", {}, "t", title="Child", parent_id="r-1"))
    writes = tuple(
        DocumentWrite(uuid4().hex, "link", f"link_{run_id}", {"run_id": run_id, "label": "A job"})
        for run_id in ("r-2", "gone")
    )
    fence = Fence("r-1", 1, 1, 1, 1, "nonce")
    decision = Fire(transition="generate", place="start")
    store.steps.finish(
        StepOutcome(fence, "committed", "again", WAIT_PLACE, "start", decision, "running", documents=writes)
    )

    before = await links(http)
    store.runs.end("r-2", 0, Ending("failed", error=ErrorInfo("broken", "RuntimeError", "no tea left")))
    [after, gone] = await links(http)

    assert [one["linked"] and one["linked"]["status"] for one in before] == ["pending", None]
    linked = after["linked"]
    assert linked["workflow_title"] == "Review"
    assert (linked["id"], linked["title"], linked["status"], linked["error_message"]) == (
        "r-2",
        "Child",
        "failed",
        "no tea left",
    )
    assert linked["rev"] > before[0]["linked"]["rev"] and linked["ended_at"]
    assert gone["linked"] is None
    one = (await http.get(f"/documents/{after['id']}")).json()
    assert one["linked"]["status"] == one["versions"][0]["linked"]["status"] == "failed"


async def links(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    shown = (await http.get("/runs/r-1/documents")).json()["items"]
    return [document for document in shown if document["name"] == "link"]


@pytest.mark.requirement("CHILD-016")
async def test_a_run_that_waits_for_children_names_them(http: httpx.AsyncClient, store: Store) -> None:
    await start(http, run_id="r-1")
    names = ("One", "Two")
    fence = Fence("r-1", 1, 1, 1, 1, "nonce")
    since = datetime.now(UTC)
    store.steps.finish(
        StepOutcome(
            fence,
            "committed",
            "again",
            WAIT_PLACE,
            WAIT_PLACE,
            Await(place=WAIT_PLACE, waits=(Fire(transition="again", place=WAIT_PLACE),)),
            "waiting",
            awaiting=(Awaiting("again", "person", since),),
            children=tuple(ChildWrite(name, "review", {}, name, callback="again", title=name) for name in names),
        )
    )
    why = (await http.get("/runs/r-1/why")).json()
    assert why["text"].startswith("Waiting for 2 child runs: “One”, “Two” since ")
    assert [part["run_id"] for part in why["parts"] if part["kind"] == "run"] == list(names)
    store.runs.end("One", 0, Ending("canceled"))
    assert (await http.get("/runs/r-1")).json()["sentence"] == "Waiting for a child run."
