"""The few HTTP calls the examples need, in nothing but the standard library."""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

Json = dict[str, Any]


def base_url() -> str:
    """The first argument, else `LOOPSTACK_URL`, else the address `loopstack dev` uses."""
    return sys.argv[1] if len(sys.argv) > 1 else os.environ.get("LOOPSTACK_URL", "http://127.0.0.1:8000")


@dataclass(frozen=True)
class Client:
    """Starts runs, answers them, and waits until something is true of them."""

    url: str

    def start(self, workflow: str, args: Json) -> str:
        """Start a run and return its id."""
        run_id: str = self._call("POST", "runs", {"workflow": workflow, "args": args})["id"]
        return run_id

    def answer(self, run_id: str, transition: str, payload: object = None) -> None:
        """Answer a run that waits for this transition."""
        awaited = next(one for one in self.waits_for(run_id, transition)["awaiting"] if one["transition"] == transition)
        body = {"payload": payload, "step": awaited["step"]}
        self._call("POST", f"runs/{run_id}/transitions/{transition}", body)

    def waits_for(self, run_id: str, transition: str) -> Json:
        """The run, as soon as it waits for this transition."""
        return self._until(run_id, lambda run: any(one["transition"] == transition for one in run["awaiting"]))

    def completed(self, run_id: str) -> Json:
        """The run, as soon as it is completed."""
        return self._until(run_id, lambda run: run["status"] == "completed")

    def failed(self, run_id: str) -> Json:
        """The run, as soon as it has failed."""
        return self._until(run_id, lambda run: run["status"] == "failed")

    def retry(self, run_id: str) -> None:
        """Run the failed step of a run again."""
        self._call("POST", f"runs/{run_id}/retry", {"step": self._call("GET", f"runs/{run_id}")["step"]})

    def has_child(self, run_id: str, seconds: float = 60) -> str:
        """The id of the first child of a run, as soon as there is one."""
        deadline = time.monotonic() + seconds
        while not (found := self.children(run_id)):
            if time.monotonic() > deadline:
                raise AssertionError(f"run {run_id} started no child")
            time.sleep(0.1)
        child: str = found[0]["id"]
        return child

    def children(self, run_id: str) -> list[Json]:
        """The runs that a run started, oldest first."""
        found: list[Json] = self._call("GET", f"runs?parent_id={run_id}")["items"]
        return sorted(found, key=lambda run: run["number"])

    def steps(self, run_id: str) -> list[Json]:
        """What a run did, in order."""
        found: list[Json] = self._call("GET", f"runs/{run_id}/steps")["items"]
        return found

    def feed(self, run_id: str) -> list[Json]:
        """The contents of all documents of a run, in order."""
        return [document["content"] for document in self._call("GET", f"runs/{run_id}/documents")["items"]]

    def blocks(self, run_id: str, kind: str) -> list[Json]:
        """The blocks of one kind in all messages of a run: what a model called, what came back."""
        found: list[Json] = []
        for message in self.feed(run_id):
            found += message.get("blocks") or []
        return [block for block in found if block["type"] == kind]

    def documents(self, run_id: str) -> dict[str, Json]:
        """The contents of a run's documents by their names."""
        found = self._call("GET", f"runs/{run_id}/documents")["items"]
        return {document["name"]: document["content"] for document in found}

    def tagged(self, run_id: str) -> dict[str, list[Json]]:
        """The documents of a run by their tags, in order."""
        found: dict[str, list[Json]] = {}
        for document in self._call("GET", f"runs/{run_id}/documents")["items"]:
            for tag in document["tags"]:
                found.setdefault(tag, []).append(document)
        return found

    def _until(self, run_id: str, wanted: Callable[[Json], bool], seconds: float = 60) -> Json:
        deadline = time.monotonic() + seconds
        while not wanted(run := self._call("GET", f"runs/{run_id}")):
            if run["status"] in {"failed", "canceled"} or time.monotonic() > deadline:
                raise AssertionError(f"run {run_id} is {run['status']} at {run['place']}: {run['error_message']}")
            time.sleep(0.1)
        return run

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())} if body else {}
        data = json.dumps(body).encode() if body else None
        with urlopen(Request(f"{self.url}/api/v1/{path}", data, headers, method=method), timeout=30) as answer:
            content: Json = json.load(answer)
            return content
