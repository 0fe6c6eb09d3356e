"""Text that is being written, for everybody who watches it: read once per process, sent to each at its own pace.

What is known of a text is kept here as long as somebody watches its run. A client remembers only how far it is, gets
the pieces after that, or all of it anew where pieces would not do: at its beginning, after a new attempt, far behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator

from loopstack_api.frames import Frame, Scope
from loopstack_temporal.contracts.events import LiveDelta, LiveEnd, LivePart, LiveSnapshot, LiveToolCall
from loopstack_temporal.store.records import LivePiece, LiveStream
from loopstack_temporal.store.store import Store

MOST_KEPT = 200
"""Pieces of a text that are kept apart, ten seconds' worth; whoever is further behind gets all of it."""

Key = tuple[str, str]
"""Run and stream."""


class LiveText:
    """One attempt's text as far as it is known."""

    def __init__(self, stream: LiveStream, first: int = 1) -> None:
        self.stream = stream
        self.first = first
        """Number of its first piece; who has not come as far knows nothing of it."""
        self.seq = first - 1
        self.ended = False
        self._texts: list[str] = []
        self._thinking: list[str] = []
        self._tool_calls: list[LiveToolCall] = []
        self._frames: dict[int, Frame] = {}
        self._snapshot: tuple[int, Frame] | None = None

    def add(self, piece: LivePiece) -> None:
        """Take the next piece."""
        self.seq = piece.seq
        match piece.kind:
            case "end":
                self.ended = True
                self._frames[piece.seq] = _end(self.stream, piece.seq, piece.error)
            case "tool_call":
                call = LiveToolCall.model_validate(piece.data)
                self._tool_calls.append(call)
                self._frames[piece.seq] = self._delta(piece, "tool_call", call)
            case "text":
                self._texts.append(piece.text)
                self._frames[piece.seq] = self._delta(piece, "text")
            case "thinking":
                self._thinking.append(piece.text)
                self._frames[piece.seq] = self._delta(piece, "thinking")
            case "start":
                pass  # The snapshot says so.
        self._frames.pop(piece.seq - MOST_KEPT, None)

    def frames(self, after: int) -> Iterator[tuple[int, Frame]]:
        """What a client gets that has come to piece `after`, each with the piece it brings the client to."""
        if after >= self.seq:
            return
        if after < self.first or after + 1 not in self._frames:
            seq, last = self.seq, self._frames.get(self.seq)
            yield seq, self._whole()
            if last is not None and last.type == "live.end":
                yield seq, last
            return
        for seq in range(after + 1, self.seq + 1):
            frame = self._frames.get(seq)
            if frame is None:  # The client was so slow that the piece is no longer kept.
                return
            yield seq, frame

    def _delta(self, piece: LivePiece, part: LivePart, call: LiveToolCall | None = None) -> Frame:
        stream = self.stream
        return _frame(
            LiveDelta(
                run_id=stream.run_id,
                live_id=stream.stream,
                attempt=stream.attempt,
                seq=piece.seq,
                part=part,
                text=piece.text,
                data=call,
            )
        )

    def _whole(self) -> Frame:
        if self._snapshot is None or self._snapshot[0] != self.seq:
            stream = self.stream
            whole = LiveSnapshot(
                run_id=stream.run_id,
                live_id=stream.stream,
                step=stream.step,
                transition=stream.transition,
                place=stream.place,
                attempt=stream.attempt,
                seq=self.seq - self.ended,
                text="".join(self._texts),
                thinking="".join(self._thinking),
                tool_calls=tuple(self._tool_calls),
            )
            self._snapshot = self.seq, _frame(whole)
        return self._snapshot[1]


class LiveTexts:
    """The texts of all runs that clients of this process watch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: Counter[str] = Counter()
        self._roots: Counter[str] = Counter()
        self._texts: dict[Key, LiveText] = {}
        self._going: dict[Key, str] = {}
        """Texts that have gone, each with the mark behind the commit that removed it."""
        self._reading = asyncio.Lock()

    @contextlib.contextmanager
    def watched(self, scope: Scope) -> Generator[LiveReader]:
        """Have the texts of a stream's runs read, as long as the block lasts."""
        runs = [scope.run_id] if scope.live and scope.run_id is not None else []
        roots = [scope.root_id] if runs and scope.root_id is not None else []
        self._runs.update(runs)
        self._roots.update(roots)
        try:
            yield LiveReader(self, frozenset(runs), frozenset(roots))
        finally:
            self._runs -= Counter(runs)
            self._roots -= Counter(roots)
            if not self._runs:
                self._texts.clear()
                self._going.clear()

    @property
    def wanted(self) -> bool:
        """Whether anybody watches."""
        return bool(self._runs)

    async def advance(self) -> bool:
        """Read what is new; whether there was anything. Texts that have gone stay until `let_go`."""
        async with self._reading:
            known = {key: (text.stream.by, text.seq) for key, text in self._texts.items()}
            live = self._store.live
            streams = await self._store.do(live.after, frozenset(self._runs), frozenset(self._roots), known)
            kept = {(stream.run_id, stream.stream) for stream in streams}
            gone = [key for key in self._texts if key not in kept and key not in self._going]
            if gone:
                self._going |= dict.fromkeys(gone, await self._store.do(self._store.events.mark))
            for stream in streams:
                self._take(stream)
        return bool(gone) or any(stream.pieces for stream in streams)

    def let_go(self, cursor: str) -> bool:
        """Forget texts that have gone, if events were read up to `cursor`; whether there were any.

        A text goes with the commit of its document: who is told that it went is told of the document first.
        """
        gone = [key for key, mark in self._going.items() if self._store.events.reached(cursor, mark)]
        for key in gone:
            del self._going[key]
            self._texts.pop(key, None)
        return bool(gone)

    def of(self, runs: frozenset[str], roots: frozenset[str]) -> dict[Key, LiveText]:
        """The texts of these runs and families."""
        return {
            key: text for key, text in self._texts.items() if text.stream.run_id in runs or text.stream.root_id in roots
        }

    def _take(self, stream: LiveStream) -> None:
        key = (stream.run_id, stream.stream)
        self._going.pop(key, None)
        text = self._texts.get(key)
        if text is None or text.stream.by != stream.by:
            text = self._texts[key] = LiveText(stream)
        for piece in stream.pieces:
            if piece.kind == "start":
                text = self._texts[key] = LiveText(stream, first=piece.seq)
            text.add(piece)


class LiveReader:
    """How far one client has come."""

    def __init__(self, texts: LiveTexts, runs: frozenset[str], roots: frozenset[str]) -> None:
        self._texts = texts
        self._runs = runs
        self._roots = roots
        self._places: dict[Key, tuple[LiveText, int]] = {}

    @property
    def watches(self) -> bool:
        """Whether the client asked for texts at all."""
        return bool(self._runs)

    def ready(self) -> Iterable[Frame]:
        """All frames there are for the client now."""
        if not self.watches:
            return
        present = self._texts.of(self._runs, self._roots)
        for key in [key for key in self._places if key not in present]:
            text, seq = self._places.pop(key)
            for _, frame in text.frames(seq):
                yield frame
            yield _end(text.stream, text.seq + 1, dropped=True)
        for key, text in present.items():
            before, after = self._places.get(key, (text, 0))
            if before.stream.by != text.stream.by:
                if text.stream.attempt <= before.stream.attempt:  # Of another step, or after a reset.
                    yield _end(before.stream, before.seq + 1, dropped=True)
                after = 0
            for seq, frame in text.frames(after):
                self._places[key] = (text, seq)
                yield frame


def _end(stream: LiveStream, seq: int, error: str | None = None, *, dropped: bool = False) -> Frame:
    return _frame(
        LiveEnd(
            run_id=stream.run_id,
            live_id=stream.stream,
            attempt=stream.attempt,
            seq=seq,
            error=error,
            dropped=dropped,
        )
    )


def _frame(message: LiveSnapshot | LiveDelta | LiveEnd) -> Frame:
    # ASCII: a character outside of the basic plane may come in two halves, which are no text by themselves.
    return Frame(message.type, json.dumps(message.model_dump(), separators=(",", ":")))
