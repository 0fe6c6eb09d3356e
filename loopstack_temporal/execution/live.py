"""Text that people watch while an attempt writes it: collected in memory, written to SQL in the background.

Nothing here may disturb the attempt. Its calls add to a buffer and return; a task joins what came within `TOGETHER` and
writes it; what cannot be written is left out, because the document comes with the commit all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import from_json, to_json

from loopstack_temporal.definition.session import LiveText, Unwatched
from loopstack_temporal.errors import Interrupted, StoreUnavailable
from loopstack_temporal.execution.claiming import Claiming
from loopstack_temporal.execution.scene import Scene
from loopstack_temporal.store.records import LivePiece, LiveWrite

_log = logging.getLogger("loopstack.run")

TOGETHER = 0.05
"""Seconds within which pieces are joined; the first one is written at once."""

REST = 10
"""How many times as long as a write took nothing is written, so that many streams do not crowd out the commits."""

MOST_UNSENT = 1024 * 1024
MOST_SHOWN = 2 * 1024 * 1024
"""Characters that wait to be written, and that one stream shows in all. What is left out is marked."""

LEFT_OUT = "…"

Kind = Literal["start", "text", "thinking", "tool_call", "end"]


@dataclass(slots=True)
class _Stream:
    """What is known of one text."""

    id: str
    seq: int = 0
    shown: int = 0
    cut: bool = False
    """Something was left out, and nothing came after it yet."""
    ended: bool = False


@dataclass(slots=True)
class _Joined:
    """Pieces of one kind that follow each other."""

    stream: _Stream
    kind: Kind
    texts: list[str] = field(default_factory=list[str])
    data: Any = None
    error: str | None = None

    def piece(self) -> LivePiece:
        self.stream.seq += 1
        return LivePiece(self.stream.id, self.stream.seq, self.kind, "".join(self.texts), self.data, self.error)


class LiveTexts:
    """The live texts of one attempt. Pieces may come from any thread."""

    def __init__(self, scene: Scene, claiming: Claiming) -> None:
        self._scene = scene
        self._claiming = claiming
        self._nobody = scene.workplace.stateless or scene.call.local
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._streams: dict[str, _Stream] = {}
        self._waiting: list[_Joined] = []
        self._unsent = 0
        self._closed = False
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self, live_id: str) -> LiveText:
        """A text under this id. Begun twice, it starts over."""
        if self._nobody:
            return Unwatched()
        with self._lock:
            stream = self._streams.setdefault(live_id, _Stream(live_id))
        again = stream.ended or stream.shown > 0
        stream.ended, stream.shown = False, 0
        if again:
            self.add(stream, "start")
        return _Text(self, stream)

    @property
    def ids(self) -> frozenset[str]:
        """The ids begun so far."""
        return frozenset(self._streams)

    def add(self, stream: _Stream, kind: Kind, text: str = "", data: Any = None, error: str | None = None) -> None:
        """Take a piece. Returns at once."""
        size = len(text) if data is None else len(json.dumps(data))
        with self._lock:
            if self._closed or stream.ended or not self._room(stream, kind, size):
                return
            stream.ended = kind == "end"
            last = self._waiting[-1] if self._waiting else None
            if last is not None and last.stream is stream and last.kind == kind and kind in ("text", "thinking"):
                last.texts.append(text)
                return
            self._waiting.append(_Joined(stream, kind, [text], data, error))
            first = len(self._waiting) == 1
        if first:
            with contextlib.suppress(RuntimeError):  # The loop has ended: nobody writes any more.
                self._loop.call_soon_threadsafe(self._wake)

    async def close(self) -> None:
        """The attempt is over. What is not written by now will not be."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # --- inside ------------------------------------------------------------------------------------------------------

    def _room(self, stream: _Stream, kind: Kind, size: int) -> bool:
        """Whether a piece is taken. The first one left out leaves a mark."""
        if kind in ("start", "end"):
            return True
        if self._unsent + size > MOST_UNSENT or stream.shown + size > MOST_SHOWN:
            if not stream.cut:
                stream.cut = True
                self._waiting.append(_Joined(stream, "text", [LEFT_OUT]))
            return False
        stream.cut = False
        stream.shown += max(size, 1)
        self._unsent += size
        return True

    def _wake(self) -> None:
        self._news.set()
        if self._task is None and not self._closed:
            self._task = self._loop.create_task(self._keep_writing(), name="loopstack-live")

    async def _keep_writing(self) -> None:
        try:
            await self._claiming.late()  # Whoever takes over the step has to find what this attempt showed.
            while True:
                await self._news.wait()
                self._news.clear()
                began = self._loop.time()
                if not await self._write(self._taken()):
                    break
                await asyncio.sleep(max(TOGETHER, REST * (self._loop.time() - began)))
        except Interrupted:
            pass  # The attempt hears of it elsewhere.
        except Exception as error:
            _log.warning("live text is no longer written in step %d: %s", self._scene.call.step, error)
        with self._lock:
            self._closed = True
            self._waiting.clear()

    def _taken(self) -> tuple[LivePiece, ...]:
        with self._lock:
            pieces = tuple(joined.piece() for joined in self._waiting)
            self._waiting.clear()
            self._unsent = 0
        return pieces

    async def _write(self, pieces: tuple[LivePiece, ...]) -> bool:
        """Write pieces, however long the database is away; false when the attempt no longer owns the step."""
        scene, store = self._scene, self._scene.workplace.store
        call = scene.call
        # Tries count from 1 and their attempts too: a later one of either kind comes after all before it.
        attempt = (call.try_no - 1) * 1_000 + call.attempt
        write = LiveWrite(scene.fence, attempt, call.transition, call.place, pieces)
        while pieces:
            try:
                return await store.do(store.live.write, write)
            except StoreUnavailable:
                await asyncio.sleep(1)
        return True


class _Text:
    """Implements `LiveText`."""

    def __init__(self, texts: LiveTexts, stream: _Stream) -> None:
        self._texts = texts
        self._stream = stream

    def text(self, piece: str) -> None:
        """More of the answer."""
        if piece:
            self._texts.add(self._stream, "text", str(piece))

    def thinking(self, piece: str) -> None:
        """More of what the model thinks before it answers."""
        if piece:
            self._texts.add(self._stream, "thinking", str(piece))

    def tool_call(self, call_id: str, name: str, args: Mapping[str, Any]) -> None:
        """The model wants a tool called."""
        try:
            given = from_json(to_json(dict(args), inf_nan_mode="strings", serialize_unknown=True))
        except Exception:  # Nothing may be raised here, and the arguments will be told of elsewhere.
            given = {}
        self._texts.add(self._stream, "tool_call", data={"id": str(call_id), "name": str(name), "args": given})

    def end(self, error: str | None = None) -> None:
        """Nothing more comes."""
        self._texts.add(self._stream, "end", error=error)
