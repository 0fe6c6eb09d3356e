"""An answer as JSON data and back: a recorded one gives exactly what a fresh one gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loopstack_temporal.llm.port import BLOCKS, LlmMessage, LlmReply


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered, who it was, and what it took."""

    id: str
    """Of the message; people saw the text grow under this id."""
    provider: str
    reply: LlmReply
    bill: Mapping[str, Any]
    """`usage`, `cost` and `cost_note`, as far as known."""

    @property
    def metadata(self) -> dict[str, Any]:
        """What the author is told beside the data."""
        return {"provider": self.provider, "model": self.reply.model, **self.bill}

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON data."""
        reply = self.reply
        return {
            "id": self.id,
            "provider": self.provider,
            "bill": dict(self.bill),
            "text": reply.message.text,
            "blocks": BLOCKS.dump_python(reply.message.blocks, mode="json"),
            "model": reply.model,
            "stop_reason": reply.stop_reason,
            "reply_id": reply.id,
            "response": dict(reply.response),
            "object": reply.object,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answer:
        """The answer that was written down."""
        message = LlmMessage("assistant", data["text"], BLOCKS.validate_python(data["blocks"]))
        reply = LlmReply(
            message=message,
            model=data["model"],
            stop_reason=data["stop_reason"],
            id=data["reply_id"],
            response=data["response"],
            object=data["object"],
        )
        return cls(data["id"], data["provider"], reply, data["bill"])
