/** One frame of an event stream. `id` is undefined when the frame does not move the cursor. */
export type Frame = { readonly event: string; readonly data: string; readonly id: string | undefined };

/**
 * Parses `text/event-stream`. Text may be cut anywhere, even inside a line end: the frames are the same
 * for every way of cutting. Comments and unknown fields are skipped, as the standard says.
 */
export class FrameParser {
  private rest = "";
  private afterReturn = false;
  private data: string[] = [];
  private event = "";
  private id: string | undefined;

  /** Takes the next piece of text and gives the frames that it completed. */
  push(piece: string): Frame[] {
    let text = piece;
    // "\r\n" is one line end, also when the pieces were cut between the two.
    if (this.afterReturn && text.startsWith("\n")) text = text.slice(1);
    if (piece !== "") this.afterReturn = piece.endsWith("\r");
    const lines = (this.rest + text).split(/\r\n|\r|\n/);
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): Frame[] {
    if (line === "") return this.finish();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return [];
  }

  private finish(): Frame[] {
    const frame: Frame = { event: this.event === "" ? "message" : this.event, data: this.data.join("\n"), id: this.id };
    const empty = this.data.length === 0;
    this.data = [];
    this.event = "";
    this.id = undefined;
    return empty ? [] : [frame];
  }
}
