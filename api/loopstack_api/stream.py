"""Event streams: one poller per process reads each event once, and every client follows it at its own pace.

The poller keeps the newest events in a window. A client whose position lies in it reads from there, any other one reads
SQL until it has caught up. Nothing is queued per client, so a slow one costs no memory and holds up nobody. Text that
is being written goes the same way, see `live`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from loopstack_api.frames import Frame, Scope, event_frame, hello, ping, reset
from loopstack_api.live import LiveTexts
from loopstack_temporal.errors import Interrupted
from loopstack_temporal.store.faults import CursorLost
from loopstack_temporal.store.records import EventRow
from loopstack_temporal.store.store import Store

log = logging.getLogger("loopstack.api")

PING_SECONDS = 25.0
LONGEST_PAUSE = 2.0
"""Seconds between two looks while every look fails."""

WINDOW = 5_000
PAGE = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    event: EventRow
    frame: Frame | None


class Hub:
    """Follows `store.events` while anybody listens. Call `close()` before the server waits for its connections."""

    def __init__(
        self,
        store: Store,
        build: str,
        *,
        ping_seconds: float = PING_SECONDS,
        window: int = WINDOW,
        poll_seconds: float | None = None,
    ) -> None:
        """`poll_seconds`: between two looks at the database, unless a bell tells of news; by default what suits it."""
        self._store = store
        self._build = build
        self._ping_seconds = ping_seconds
        self._size = window
        self._poll_seconds = poll_seconds or (0.2 if store.database.postgres else 0.05)
        self._window: dict[int, _Kept] = {}
        """By running number; the numbers are `_end - len(_window)` up to `_end - 1`."""
        self._end = 0
        self._head = ""
        """The cursor up to which events were read into the window."""
        self._generation = 0
        """Grows when the window had to start anew and every client with it."""
        self._reading = asyncio.Lock()
        self._live = LiveTexts(store)
        self._changed = asyncio.Event()
        self._closed = False
        self._listeners = 0
        self._poller: asyncio.Task[None] | None = None

    def close(self) -> None:
        """End every stream at once. Clients resume by cursor, here or elsewhere."""
        self._closed = True
        self._wake()

    async def follow(self, scope: Scope, last_event_id: str | None) -> AsyncGenerator[Frame]:
        """The frames of one client, from `hello` until the client leaves or the hub closes."""
        try:
            # Not a generator of its own: two that close each other can meet when the client leaves.
            async with self._listening():
                with self._live.watched(scope) as texts:
                    reader = _Reader(self, scope, last_event_id or self._head, None if last_event_id else self._end)
                    yield hello(reader.cursor, self._build)
                    told = self._clock()
                    if texts.watches:
                        with contextlib.suppress(CursorLost):  # The poller meets it too and starts anew for everybody.
                            await self._advance_live()
                    while not self._closed:
                        changed = self._changed  # Of before the look: what comes while frames are sent is not missed.
                        try:
                            async for frame in reader.ready():
                                yield frame
                                if self._closed:
                                    return
                                told = self._clock()
                            for frame in texts.ready():
                                yield frame
                                if self._closed:
                                    return
                                told = self._clock()
                        except CursorLost as lost:
                            reader.restart()
                            yield reset(reader.cursor, str(lost))
                        if not await self._wait(changed, told + self._ping_seconds):
                            yield ping()
                            told = self._clock()
        except Interrupted as error:
            # The head is out, so no problem can be sent; the client comes back with its cursor.
            log.warning("an event stream ended: %s", error)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncGenerator[None]:
        self._listeners += 1
        try:
            if self._poller is None:
                await self._start()
            yield
        finally:
            self._listeners -= 1
            if self._listeners == 0 and self._poller is not None:
                self._poller.cancel()
                self._poller = None

    async def _start(self) -> None:
        async with self._reading:
            if self._poller is None:
                self._head = await self._store.do(self._store.events.head)
                self._window.clear()
                self._poller = asyncio.create_task(self._poll(), name="loopstack-events")

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()

    async def _wait(self, changed: asyncio.Event, until: float) -> bool:
        """Wait until something may have changed; false if `until` came first."""
        if self._closed:
            return True
        try:
            async with asyncio.timeout_at(until):
                await changed.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        # Everybody who waits holds the old event; whoever comes later waits for the next change.
        self._changed.set()
        self._changed = asyncio.Event()

    async def _poll(self) -> None:
        loop, rung = asyncio.get_running_loop(), asyncio.Event()

        def heard() -> None:
            with contextlib.suppress(RuntimeError):  # The loop has ended meanwhile.
                loop.call_soon_threadsafe(rung.set)

        listener = self._store.events.listen(heard)
        try:
            await self._keep_looking(rung)
        finally:
            if listener is not None:
                listener.stop()

    async def _keep_looking(self, rung: asyncio.Event) -> None:
        version: object = None
        pause = self._poll_seconds
        while not self._closed:
            rung.clear()
            try:
                version = await self._look(version)
                pause = self._poll_seconds
            except Exception as error:
                # Every stream of the process hangs on this task, so nothing but its cancellation ends it.
                pause = min(pause * 2, LONGEST_PAUSE)
                known = isinstance(error, Interrupted)
                log.warning("events cannot be read, trying again: %s", error, exc_info=None if known else error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await rung.wait()

    async def _look(self, version: object) -> object:
        """Read what is new since `version`; returns the version that was seen."""
        seen = await self._store.do(self._store.events.version)
        if seen != version:
            try:
                await self.advance()
            except CursorLost:
                await self._start_anew()
                return seen
        # On PostgreSQL the version stands still as long as any old transaction runs; this text does not wait for it.
        if self._live.wanted and (seen != version or self._store.database.postgres):
            await self._advance_live()
        return seen

    async def _advance_live(self) -> None:
        """Read new text for everybody, whoever asks for it."""
        news = await self._live.advance()
        if news:
            await self.advance()
        if self._live.let_go(self._head) or news:
            self._wake()

    async def advance(self) -> None:
        """Read everything new into the window."""
        async with self._reading:
            more = True
            while more:
                events, head = await self._store.do(self._store.events.after, self._head, limit=PAGE)
                kept = [_Kept(event, event_frame(event)) for event in events]
                self._head = head
                for one in kept:
                    self._window[self._end] = one
                    self._end += 1
                    self._window.pop(self._end - 1 - self._size, None)
                if events:
                    self._wake()
                more = len(events) == PAGE

    async def _start_anew(self) -> None:
        async with self._reading:
            self._head = await self._store.do(self._store.events.head)
            self._window.clear()
            self._generation += 1
            self._wake()

    # What a reader may look at.

    @property
    def position(self) -> tuple[int, str, int]:
        """Number of the next event, cursor up to it, generation of the window."""
        return self._end, self._head, self._generation

    def kept(self, number: int) -> _Kept | None:
        """An event of the window; `None` if it has left it."""
        return self._window.get(number)

    async def from_sql(self, scope: Scope, cursor: str) -> tuple[tuple[EventRow, ...], str]:
        """A page of a stream's events after `cursor`. Raises `CursorLost`."""
        run_id = (scope.root_id or scope.run_id) if not scope.lists else None
        return await self._store.do(
            self._store.events.after,
            cursor,
            run_id=run_id,
            tree=scope.root_id is not None,
            workspace_id=scope.workspace_id,
            limit=PAGE,
        )


class _Reader:
    """Where one client stands."""

    def __init__(self, hub: Hub, scope: Scope, cursor: str, number: int | None) -> None:
        self._hub = hub
        self._scope = scope
        self.cursor = cursor
        self._number = number
        """The next event's number in the window; `None`: read SQL."""
        self._generation = hub.position[2]
        self._told: frozenset[str] = frozenset()
        """Cursors of the last page from SQL, which may reach into the window."""

    def restart(self) -> None:
        """Go on from the newest event."""
        self._number, self.cursor, self._generation = self._hub.position
        self._told = frozenset()

    async def ready(self) -> AsyncGenerator[Frame]:
        """All frames there are for the client now. Raises `CursorLost`."""
        while True:
            number, _, generation = self._hub.position
            if generation != self._generation:
                raise CursorLost("the events before this were dropped")
            if self._number is None or (self._number < number and self._hub.kept(self._number) is None):
                async for frame in self._catch_up():
                    yield frame
            elif self._number < number:
                kept = self._hub.kept(self._number)
                assert kept is not None
                self._number += 1
                self.cursor = kept.event.cursor
                if kept.frame and kept.event.cursor not in self._told and self._scope.wants(kept.event):
                    yield kept.frame
            else:
                return

    async def _catch_up(self) -> AsyncGenerator[Frame]:
        """One page from SQL. The window is brought up to date first, so whatever earlier pages held lies before it."""
        await self._hub.advance()
        number, _, self._generation = self._hub.position
        events, self.cursor = await self._hub.from_sql(self._scope, self.cursor)
        self._told = frozenset(event.cursor for event in events)
        self._number = number if len(events) < PAGE else None
        for event in events:
            frame = event_frame(event)
            if frame and self._scope.wants(event):
                yield frame
