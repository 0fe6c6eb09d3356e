"""Runs over HTTP: start, look, list."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from loopstack_temporal.store.store import Store
from tests.api.desk import APP, WAIT_PLACE, Desk, content

START = {"workflow": "review", "args": {"topic": "tea"}}


async def start(http: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    """Start a run and return it."""
    answer = await http.post("/runs", json={**START, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.requirement("API-010", "API-012")
async def test_a_started_run_is_there_at_once_with_everything_a_page_needs(http: httpx.AsyncClient) -> None:
    run = await start(http, title="Tea blurb", run_id="r-1")

    assert run["id"] == "r-1"
    assert run["status"] == "waiting"
    assert run["place"] == WAIT_PLACE
    assert run["number"] == 1
    assert run["title"] == "Tea blurb"
    assert run["workflow_title"] == "Review"
    assert run["args"] == {"topic": "tea"}
    assert run["result"] is None
    assert run["workspace_id"] == "default"
    assert run["parent_id"] is None
    assert run["has_error"] is False
    assert run["error_message"] is None
    assert run["step"] == 1
    assert run["sentence"] == "Waiting for an answer to “Decide” or “Again”."
    assert run["links"]["temporal"].startswith("http://127.0.0.1:8233/namespaces/default/workflows/r-1")
    decide = run["awaiting"][0]
    assert (decide["transition"], decide["step"], decide["kind"], decide["title"]) == ("decide", 1, "person", "Decide")
    assert decide["schema"]["required"] == ["approved"]
    assert decide["widgets"][0]["widget"] == "form"
    assert decide["document_ids"] == []
    assert run["awaiting"][1]["schema"] is None
    assert (await http.get("/runs/r-1")).json() == run


@pytest.mark.requirement("API-010")
async def test_an_unknown_workflow_is_not_found_and_the_known_ones_are_named(http: httpx.AsyncClient) -> None:
    answer = await http.post("/runs", json={"workflow": "reviw"})

    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_workflow"
    assert "`deploy`, `review`" in answer.json()["detail"]


@pytest.mark.requirement("APP-002")
async def test_only_workflows_that_an_app_lists_are_listed_and_started(http: httpx.AsyncClient, store: Store) -> None:
    published = content()
    published["app"]["workflows"] = ["review"]  # `deploy` is a child of it, say.
    store.catalogue.publish(APP, "fewer", published)
    store.catalogue.worker_seen("another", APP, "fewer", ["default"])

    [app] = (await http.get("/apps")).json()["items"]
    assert [one["name"] for one in app["workflows"]] == ["review"]
    answer = await http.post("/runs", json={"workflow": "deploy"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_workflow")
    assert "Known: `review`." in answer.json()["detail"]
    await start(http)


@pytest.mark.requirement("API-010", "API-002")
async def test_bad_arguments_are_refused_with_the_path_of_every_wrong_field(http: httpx.AsyncClient) -> None:
    answer = await http.post("/runs", json={"workflow": "review", "args": {"count": 0}})

    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "invalid_args"
    assert [(field["path"], field["code"]) for field in problem["fields"]] == [
        (["count"], "minimum"),
        (["topic"], "missing"),
    ]
    assert (await http.get("/runs")).json()["items"] == []


async def test_two_apps_with_one_workflow_name_have_to_be_told_apart(http: httpx.AsyncClient, store: Store) -> None:
    store.catalogue.publish("other", "h9", content("other"))
    store.catalogue.worker_seen("w-9", "other", "h9", [])

    answer = await http.post("/runs", json=START)

    assert answer.status_code == 409
    assert answer.json()["code"] == "ambiguous_workflow"
    assert answer.json()["apps"] == [APP, "other"]
    assert (await start(http, app=APP))["app"] == APP


async def test_an_app_without_workers_does_not_make_a_name_ambiguous(http: httpx.AsyncClient, store: Store) -> None:
    store.catalogue.publish("gone", "h9", content("gone"))
    store.catalogue.worker_seen("w-9", "gone", "h9", [])
    store.catalogue.worker_gone("w-9")

    assert (await start(http))["app"] == APP


async def test_an_id_that_exists_is_refused(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    desk.foreign.add("r-2")

    again = await http.post("/runs", json={**START, "run_id": "r-1"})
    foreign = await http.post("/runs", json={**START, "run_id": "r-2"})

    assert (again.status_code, again.json()["code"]) == (409, "run_exists")
    assert (foreign.status_code, foreign.json()["code"]) == (409, "run_exists")


async def test_an_unknown_workspace_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.post("/runs", json={**START, "workspace_id": "nowhere"})

    assert (answer.status_code, answer.json()["code"]) == (404, "workspace_not_found")


@pytest.mark.requirement("API-022")
async def test_without_temporal_a_run_is_recorded_and_says_so(http: httpx.AsyncClient, desk: Desk) -> None:
    desk.away = True

    run = await start(http)

    assert run["status"] == "pending"
    assert run["sentence"] == "Recorded; Temporal cannot be reached now, so the run starts as soon as it is back."
    assert (await http.get(f"/runs/{run['id']}")).json()["status"] == "pending"


@pytest.mark.requirement("API-003", "API-011")
async def test_a_list_pages_without_a_gap_while_runs_arrive(http: httpx.AsyncClient) -> None:
    for number in range(5):
        await start(http, run_id=f"r-{number}")

    first = (await http.get("/runs", params={"limit": 2})).json()
    assert "cursor" in first, first
    await start(http, run_id="r-late")
    second = (await http.get("/runs", params={"limit": 2, "cursor": first["cursor"]})).json()
    third = (await http.get("/runs", params={"limit": 2, "cursor": second["cursor"]})).json()

    ids = [run["id"] for page in (first, second, third) for run in page["items"]]
    assert ids == ["r-4", "r-3", "r-2", "r-1", "r-0"]
    assert third["cursor"] is None


@pytest.mark.requirement("API-011")
async def test_a_list_filters_by_several_statuses_workflow_and_text(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="waits", title="Coffee blurb")
    await start(http, run_id="failed", workflow="deploy", args={})
    desk.away = True
    await start(http, run_id="pends")

    async def ids(**params: Any) -> list[str]:
        answer = await http.get("/runs", params={"order": "oldest", **params})
        assert answer.status_code == 200, answer.text
        return [run["id"] for run in answer.json()["items"]]

    assert await ids(status=["waiting", "failed"]) == ["waits", "failed"]
    assert await ids(workflow="deploy") == ["failed"]
    assert await ids(search="coffee") == ["waits"]
    assert await ids(search="#2") == ["failed"]
    assert await ids(has_error=True) == ["failed"]
    assert await ids(parent_id="waits") == []
    assert await ids(until="2001-01-01T00:00:00Z") == []
    assert await ids(since="2001-01-01T00:00:00Z") == ["waits", "failed", "pends"]


async def test_facets_count_each_filter_as_if_it_were_not_chosen(http: httpx.AsyncClient) -> None:
    await start(http)
    await start(http)
    await start(http, workflow="deploy", args={})

    facets = (await http.get("/runs/facets", params={"status": "failed"})).json()

    assert facets["total"] == 1
    assert facets["statuses"]["waiting"] == 2
    assert facets["statuses"]["canceled"] == 0
    assert facets["workflows"] == {"deploy": 1}


async def test_a_run_can_be_renamed_and_only_an_ended_one_deleted(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")

    renamed = await http.patch("/runs/r-1", json={"title": "  Better  "})
    early = await http.delete("/runs/r-1")
    await http.post("/runs/r-1/transitions/decide", json={"payload": {"approved": True}})
    late = await http.delete("/runs/r-1")

    assert renamed.json()["title"] == "Better"
    assert (early.status_code, early.json()["code"]) == (409, "run_open")
    assert late.status_code == 204
    assert (await http.get("/runs/r-1")).json()["code"] == "run_not_found"


async def test_a_run_that_temporal_still_has_open_is_not_deleted(http: httpx.AsyncClient, desk: Desk) -> None:
    await start(http, run_id="r-1")
    await http.post("/runs/r-1/transitions/decide", json={"payload": {"approved": True}})

    desk.unfinished.add("r-1")
    unfinished = await http.delete("/runs/r-1")
    desk.unfinished.clear()
    desk.away = True
    unknown = await http.delete("/runs/r-1")
    desk.away = False
    kept = await http.get("/runs/r-1")

    assert (unfinished.status_code, unfinished.json()["code"]) == (409, "run_open")
    assert "temporal workflow terminate --workflow-id r-1" in unfinished.json()["detail"]
    assert (unknown.status_code, unknown.json()["code"]) == (503, "temporal_unreachable")
    assert kept.status_code == 200
    assert (await http.delete("/runs/r-1")).status_code == 204


async def test_what_waits_for_people_is_listed_with_its_form(http: httpx.AsyncClient) -> None:
    await start(http, run_id="r-1")
    await start(http, workflow="deploy", args={})

    tasks = (await http.get("/tasks")).json()

    assert tasks["count"] == 1
    assert [task["awaiting"]["transition"] for task in tasks["items"]] == ["decide", "again"]
    assert tasks["items"][0]["id"] == "r-1:1:decide"
    assert tasks["items"][0]["run"]["workflow_title"] == "Review"
    assert tasks["items"][0]["awaiting"]["schema"]["title"] == "Verdict"
    assert tasks["items"][0]["awaiting"]["question"] is None and tasks["items"][0]["origin"] is None
