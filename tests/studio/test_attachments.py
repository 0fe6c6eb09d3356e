"""Files that are sent along with a message of a chat."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.studio.conftest import House, Window
from tests.studio.family_flows import HELPER

ORDERS = b"id,late\n1,9\n"
DRAWN = """(size) => new Promise((done) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  const noise = context.createImageData(size, size);
  for (let at = 0; at < noise.data.length; at += 1) noise.data[at] = at % 4 === 3 ? 255 : Math.random() * 256;
  context.putImageData(noise, 0, 0);
  canvas.toBlob(async (blob) => done(Array.from(new Uint8Array(await blob.arrayBuffer()))), "image/png");
})"""
"""A picture that cannot be packed well: its size in bytes grows with its size in pixels."""

PASTED = """(target, { bytes, name, type, as }) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const event = as === "drop"
    ? new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })
    : new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data });
  target.dispatchEvent(event);
}"""


async def chat(window: Window, house: House) -> tuple[Page, Locator, str]:
    """A chat that waits for a message, and its dock."""
    run_id = await house.waiting("chat_agent", {"system": HELPER, "tools": [], "user_message": "Hello"})
    page = await window(f"/runs/{run_id}")
    dock = page.get_by_role("region", name="Your answer", exact=True)
    await expect(dock.get_by_role("button", name="Attach files")).to_be_visible()
    return page, dock, run_id


async def give(target: Locator, name: str, kind: str, content: list[int], *, by: str) -> None:
    """Paste a file into a field, or drop it there."""
    await target.evaluate(PASTED, {"bytes": content, "name": name, "type": kind, "as": by})


async def test_files_are_chosen_dropped_and_pasted_and_the_model_gets_them(
    window: Window, house: House, tmp_path: Path
) -> None:
    page, dock, run_id = await chat(window, house)
    reply = dock.get_by_role("textbox", name="Your reply")
    named = tmp_path / "orders <img src=x>.csv"
    named.write_bytes(ORDERS)
    files = dock.get_by_role("list", name="Attached files")
    await dock.locator("input[type=file]").set_input_files(named)
    await expect(files.get_by_role("listitem")).to_have_text(["orders <img src=x>.csv12 B"])
    await give(reply, "photo.png", "image/png", await page.evaluate(DRAWN, 400), by="drop")
    await give(reply, "notes.py", "", list(b"print('hello')\n"), by="paste")
    await expect(files.get_by_role("listitem")).to_have_count(3)
    # What is too large for a message is made smaller, as far as it is a picture.
    await expect(files.get_by_text("photo.jpg")).to_be_visible()
    await files.get_by_role("button", name="Leave out notes.py").click()
    await expect(files.get_by_role("listitem")).to_have_count(2)

    await reply.fill("What are these?")
    await dock.get_by_role("button", name="Send", exact=True).click()
    feed = page.get_by_role("list", name="What happened")
    said = "I see orders <img src=x>.csv (text/csv), photo.jpg (image/jpeg)."
    await expect(feed.get_by_text(said)).to_be_visible()
    mine = feed.get_by_role("group", name="You said").last
    await expect(mine.get_by_text("What are these?")).to_be_visible()
    picture = mine.get_by_role("img", name="photo.jpg")
    await picture.scroll_into_view_if_needed()
    await expect(picture).not_to_have_js_property("naturalWidth", 0)
    await mine.get_by_role("button", name="Show photo.jpg larger").click()
    await expect(mine.get_by_role("button", name="Show photo.jpg smaller")).to_be_visible()
    async with page.expect_download() as download:
        await mine.get_by_role("button", name="Download orders <img src=x>.csv").click()
    saved = await (await download.value).path()
    assert await asyncio.to_thread(saved.read_bytes) == ORDERS
    # The form is ready for the next message, without the files of the last.
    await expect(reply).to_have_value("")
    await expect(files).to_have_count(0)
    row = await house.stack.run_is(run_id, "waiting")
    assert row.place == "waiting_for_user"


async def test_what_cannot_be_sent_is_said_before_anything_is_sent(window: Window, house: House) -> None:
    page, dock, _run = await chat(window, house)
    reply = dock.get_by_role("textbox", name="Your reply")
    problem = dock.get_by_role("alert")
    await give(reply, "big.pdf", "application/pdf", [*b"%PDF-1.7 ", *bytes(400_000)], by="drop")
    await expect(problem).to_have_text(
        "“big.pdf” (400 KB) does not fit: the files of one message may have 375 KB together."
    )
    await give(reply, "broken.png", "image/png", list(b"no picture"), by="paste")
    await expect(problem).to_have_text("“broken.png” cannot be read as what its name says.")
    await give(reply, "film.mp4", "video/mp4", [0, 1, 2], by="drop")
    await expect(problem).to_have_text("“film.mp4” is of a kind that cannot be sent here.")
    await give(reply, "half.txt", "text/plain", [255, 254, 0], by="drop")
    await expect(problem).to_contain_text("“half.txt” cannot be read")
    await expect(dock.get_by_role("list", name="Attached files")).to_have_count(0)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await reply.press("Enter")
    assert sent == []


async def test_a_chat_whose_schema_takes_no_files_offers_none(window: Window, house: House) -> None:
    page = await window(f"/runs/{await house.waiting('chat')}")
    await expect(page.get_by_placeholder("Write something")).to_be_visible()
    await expect(page.get_by_role("button", name="Attach files")).to_have_count(0)
