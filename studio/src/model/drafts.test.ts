import { describe, expect, it } from "vitest";
import { draftName, dropDraft, readDraft, withoutSecrets, writeDraft, type DraftStorage } from "./drafts";

function shelf(): DraftStorage & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return { map, getItem: (name) => map.get(name) ?? null, setItem: (name, text) => void map.set(name, text), removeItem: (name) => void map.delete(name) };
}

const refuses: DraftStorage = {
  getItem: () => { throw new Error("denied"); }, setItem: () => { throw new Error("full"); }, removeItem: () => { throw new Error("denied"); },
};

describe("a draft", () => {
  const name = draftName("r1", 2, "decide");

  it("comes back as it was", () => {
    const storage = shelf();
    expect(writeDraft(storage, name, { key: "k", value: { note: "half" } })).toBe(true);
    expect(readDraft(storage, name)).toEqual({ key: "k", value: { note: "half" } });
    dropDraft(storage, name);
    expect(readDraft(storage, name)).toBeNull();
  });

  it("can be a key alone", () => {
    const storage = shelf();
    writeDraft(storage, name, { key: "k" });
    expect(readDraft(storage, name)).toEqual({ key: "k" });
  });

  it.each(["", "{", "[]", "null", "7", '{"key":1}'])("counts as absent when it reads %j", (text) => {
    const storage = shelf();
    storage.map.set(name, text);
    expect(readDraft(storage, name)).toBeNull();
  });

  it("admits that nothing was kept where the browser refuses", () => {
    expect(writeDraft(refuses, name, { key: "k" })).toBe(false);
    expect(readDraft(refuses, name)).toBeNull();
    expect(() => { dropDraft(refuses, name); }).not.toThrow();
  });
});

describe("what a draft leaves out", () => {
  const schema = {
    $defs: { Login: { type: "object", properties: { user: { type: "string" }, pass: { type: "string", format: "password" } } } },
    type: "object",
    properties: {
      note: { type: "string" }, token: { anyOf: [{ type: "string", writeOnly: true }, { type: "null" }] },
      login: { $ref: "#/$defs/Login" }, more: { type: "array", items: { $ref: "#/$defs/Login" } }, pin: { type: "string" }, word: { type: "string" },
    },
  };
  const login = { user: "ann", pass: "secret" };

  it("is every secret, however deep, and nothing else", () => {
    const value = { note: "n", token: "t", login, more: [login, 3], pin: "1", word: "w" };
    const ui = { properties: { pin: { widget: "password" } } };
    expect(withoutSecrets(value, schema, ui, ["word"])).toEqual({ value: { note: "n", login: { user: "ann" }, more: [{ user: "ann" }, 3] }, left: true });
  });

  it("is nothing when nothing is secret", () => {
    expect(withoutSecrets({ note: "n" }, schema, undefined)).toEqual({ value: { note: "n" }, left: false });
    expect(withoutSecrets("text", { anyOf: [{ type: "string" }, { type: "number" }] }, {})).toEqual({ value: "text", left: false });
    expect(withoutSecrets("text", { $ref: "#/nowhere/at/all" }, {})).toEqual({ value: "text", left: false });
  });
});
