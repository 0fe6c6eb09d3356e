import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBlocks } from "./blocks";
import { readInline, safeHref } from "./inline";

const text = (value: string) => ({ kind: "text", text: value });

describe("markdown blocks", () => {
  it("reads headings, paragraphs, rules and quotes", () => {
    expect(readBlocks("# One #\n\nTwo\nthree\n\n---\n> four\nfive\n\nSix\n===")).toEqual([
      { kind: "heading", level: 1, text: [text("One")] }, { kind: "paragraph", text: [text("Two\nthree")] }, { kind: "rule" },
      { kind: "quote", blocks: [{ kind: "paragraph", text: [text("four\nfive")] }] }, { kind: "heading", level: 1, text: [text("Six")] },
    ]);
  });

  it("reads nested and numbered lists and tasks", () => {
    const [list] = readBlocks("- a\n  - b\n- [x] c\n- [ ] d");
    expect(list).toMatchObject({ kind: "list", start: null, tight: true, items: [{ checked: null, blocks: [{}, { kind: "list" }] }, { checked: true }, { checked: false }] });
    expect(readBlocks("3. a\n4. b\n\n   more")[0]).toMatchObject({ start: 3, tight: false, items: [{}, { blocks: [{}, {}] }] });
    expect(readBlocks("- a\n1. b")).toHaveLength(2);
  });

  it("reads code, also while it still arrives", () => {
    expect(readBlocks("```sql\nselect 1\n```\nafter")).toEqual([{ kind: "code", language: "sql", text: "select 1" }, { kind: "paragraph", text: [text("after")] }]);
    expect(readBlocks("~~~\nopen")).toEqual([{ kind: "code", language: "", text: "open" }]);
    expect(readBlocks("    indented\n\n    more")).toEqual([{ kind: "code", language: "", text: "indented\n\nmore" }]);
  });

  it("reads tables with their alignment", () => {
    expect(readBlocks("| a | b | c |\n|:--|--:|:-:|\n| 1 | x\\|y |\nafter")).toMatchObject([
      { kind: "table", align: ["left", "right", "center"], rows: [[[text("1")], [text("x|y")], []]] }, { kind: "paragraph" },
    ]);
    expect(readBlocks("a | b\n---")[0]?.kind).not.toBe("table");
  });

  it("ends for any text, hostile ones too", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("-", "*", "`", "|", ">", " ", "\n", "[", "]", "(", "1", ".", "a", "#", "~", "_"), maxLength: 200 }), (source) => {
      readBlocks(source);
    }));
    for (const part of ["*a ", "[", "`a``", "> ", "- ", "![", "_a__", "| "]) {
      expect(readBlocks(part.repeat(5_000))).toBeDefined();
    }
  }, 60_000);
});

describe("markdown within a line", () => {
  it("reads marks and nests them", () => {
    expect(readInline("a **b *c*** `d` ~~e~~ _f_")).toMatchObject([
      text("a "), { kind: "strong" }, text(" "), { kind: "code", text: "d" }, text(" "), { kind: "strike" }, text(" "), { kind: "em" },
    ]);
    expect(readInline("created_at_time 2 * 3 * 4 \\*no\\*")).toEqual([text("created_at_time 2 * 3 * 4 *no*")]);
    expect(readInline("``a ` b`` `open")).toEqual([{ kind: "code", text: "a ` b" }, text(" `open")]);
  });

  it("breaks a line where it is meant", () => {
    expect(readInline("a  \nb\nc\\\nd").map((one) => one.kind)).toEqual(["text", "break", "text", "break", "text"]);
  });

  it("follows only addresses of the web and of mail", () => {
    expect(readInline("[a](https://x.org \"t\") <mailto:a@b.c> https://y.org/z.").filter((one) => one.kind === "link")).toHaveLength(3);
    for (const bad of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", " java\nscript:x", "/local", "file:///etc", "//host"]) {
      expect(safeHref(bad)).toBeNull();
      expect(readInline(`[a](${bad})`).some((one) => one.kind === "link")).toBe(false);
    }
  });

  it("leaves markup of other kinds as text", () => {
    expect(readInline('<img src=x onerror="alert(1)">')).toEqual([text('<img src=x onerror="alert(1)">')]);
    expect(readInline("![alt](https://x.org/a.png)")).toEqual([{ kind: "image", src: "https://x.org/a.png", alt: "alt" }]);
  });
});
