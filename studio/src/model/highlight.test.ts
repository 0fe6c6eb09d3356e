import fc from "fast-check";
import { expect, it } from "vitest";
import { tokensOf } from "./highlight";

const coloured = (code: string, language: string): readonly string[] => tokensOf(code, language).filter((token) => token.kind !== "plain").map((token) => `${token.kind}:${token.text}`);

it("colours words, texts, numbers and comments of languages it knows", () => {
  expect(coloured("def f(): return 'a' # say 2", "python")).toEqual(["word:def", "word:return", "text:'a'", "comment:# say 2"]);
  expect(coloured("const x = 1.5; // no", "ts")).toEqual(["word:const", "number:1.5", "comment:// no"]);
  expect(coloured("SELECT 1 FROM t -- all", "SQL")).toEqual(["word:SELECT", "number:1", "word:FROM", "comment:-- all"]);
  expect(coloured("def f", "klingon")).toEqual([]);
});

it("never loses or adds a letter", () => {
  fc.assert(fc.property(fc.string({ maxLength: 80, unit: fc.constantFrom("\"", "'", "`", "\\", "#", "/", "*", "a", "1", " ", "\n", "-") }), fc.constantFrom("python", "js", "sql", "json", "sh"), (code, language) => {
    expect(tokensOf(code, language).map((token) => token.text).join("")).toBe(code);
  }));
});
