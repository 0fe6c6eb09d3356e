import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameParser } from "./frames";
import type { Frame } from "./frames";

const parse = (pieces: readonly string[]): Frame[] => {
  const parser = new FrameParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

function cut(text: string, at: readonly number[]): string[] {
  const points = [0, ...at.map((point) => point % (text.length + 1)).sort((left, right) => left - right), text.length];
  return points.slice(1).map((point, index) => text.slice(points[index], point));
}

describe("event stream frames", () => {
  it("reads data, event and id", () => {
    expect(parse(["id: 7\nevent: run\ndata: one\ndata: two\n\n"])).toEqual([{ event: "run", data: "one\ntwo", id: "7" }]);
  });

  it("gives a frame without id no id, also after one that had it", () => {
    expect(parse(["id: 7\ndata: a\n\ndata: b\n\n"]).map((frame) => frame.id)).toEqual(["7", undefined]);
  });

  it("skips comments, unknown fields and frames without data", () => {
    expect(parse([": ping\n\nfoo: bar\n\nid: 3\n\ndata\n\n"])).toEqual([{ event: "message", data: "", id: undefined }]);
  });

  it("keeps an unfinished frame for later", () => {
    expect(parse(["data: a\n"])).toEqual([]);
    expect(parse(["data: a\n", "\n"])).toHaveLength(1);
  });

  it("gives the same frames for every way of cutting and every line end", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "ö", " ", ":", "{", '"', "☕"), maxLength: 12 });
    const frame = fc.record({ id: fc.option(fc.integer({ min: 0, max: 99 }), { nil: undefined }), data: fc.array(line, { minLength: 1, maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.constantFrom("\n", "\r\n", "\r"), fc.array(fc.nat(), { maxLength: 20 }), (frames, end, at) => {
        const text = frames.map(({ id, data }) => [...(id === undefined ? [] : [`id: ${String(id)}`]), ...data.map((each) => `data: ${each}`), "", ""].join(end)).join("");
        const expected = frames.map(({ id, data }) => ({ event: "message", data: data.join("\n"), id: id?.toString() }));
        // A lone "\r" at the very end may still become "\r\n"; one more comment line decides it.
        expect(parse([...cut(text, at), ":\n"])).toEqual(expected);
      }),
    );
  });
});
