import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anchorSteps, feedGroups, newEntries, tellsAnswer } from "./feed";
import { aDocument, aRun, aStep, person } from "./sample-run";

const kinds = (groups: ReturnType<typeof feedGroups>) => groups.map((group) => [group.place, group.mark, group.entries.map((entry) => entry.kind)]);

describe("the feed of a run", () => {
  it("shows one stop and nothing else before anything happened", () => {
    expect(kinds(feedGroups(aRun({ status: "pending" }), [], []))).toEqual([["start", "pending", []]]);
  });

  it("puts a document under the place it was written at and ends at the open gate", () => {
    const run = aRun({ status: "waiting", place: "review", awaiting: [person("decide")] });
    expect(kinds(feedGroups(run, [aDocument(0, 0)], [aStep(0, "start", "review")]))).toEqual([
      ["start", "completed", ["step", "document"]],
      ["review", "waiting", []],
    ]);
  });

  it("tells an answer by a person from a step of its own", () => {
    const answered = aStep(1, "review", "end", { sender: { by: "ben", channel: "studio" } });
    const groups = feedGroups(aRun({ status: "completed", place: "end" }), [], [aStep(0, "start", "review"), answered]);
    expect(kinds(groups)).toEqual([["start", "completed", ["step"]], ["review", "completed", ["answer"]], ["end", "completed", []]]);
  });

  it("tells an answer from the moment its step is listed with its sender", () => {
    const running = aStep(1, "review", null, { sender: { by: "ben" } });
    const run = aRun({ place: "review" });
    expect(tellsAnswer([aStep(0, "start", "review")], 1)).toBe(false);
    expect(tellsAnswer([aStep(1, "review", null)], 1)).toBe(false);
    expect(tellsAnswer([running], 1)).toBe(true);
    expect(kinds(feedGroups(run, [], [running]))).toEqual([["review", "running", ["answer"]]]);
    expect(tellsAnswer([aStep(1, "review", "end")], 1)).toBe(true);
  });

  it("keeps a replaced document where its first version stood", () => {
    const documents = [aDocument(0, 2, { version: 2, key: "draft" }), aDocument(1, 0)];
    const steps = [aStep(0, "start", "a"), aStep(1, "a", "b"), aStep(2, "b", "c")];
    const [first] = feedGroups(aRun({ place: "c" }), documents, steps);
    expect(first?.entries.map((entry) => entry.key)).toEqual(["e0", "d0-draft", "d1-d1"]);
  });

  it("knows from the first version where a lone replaced document belongs", () => {
    const documents = [aDocument(0, 2, { version: 2, key: "draft" })];
    expect(anchorSteps(documents, new Map([["d0", 1]]))).toEqual([1]);
    expect(anchorSteps(documents)).toEqual([2]);
  });

  it("folds three quiet steps in a row and leaves two alone", () => {
    const three = [aStep(0, "start", "a"), aStep(1, "a", "b"), aStep(2, "b", "c")];
    const folded = feedGroups(aRun({ place: "c" }), [], three);
    expect(kinds(folded)).toEqual([["start", "completed", ["folded"]], ["c", "running", []]]);
    expect(folded[0]?.entries[0]).toMatchObject({ milliseconds: 300 });
    expect(feedGroups(aRun({ place: "c" }), [], three, { unfold: true })).toHaveLength(4);
    expect(feedGroups(aRun({ place: "b" }), [], three.slice(0, 2))).toHaveLength(3);
  });

  it("never folds a step that needed a second attempt", () => {
    const steps = [aStep(0, "start", "a"), aStep(1, "a", "b", { attempt: 2 }), aStep(2, "b", "c")];
    expect(feedGroups(aRun({ place: "c" }), [], steps)).toHaveLength(4);
  });

  it("leaves out hidden documents unless they are asked for", () => {
    const hidden = [
      aDocument(0, 0, { hidden: true }), aDocument(1, 0, { meta: { hideAtPlaces: ["a"] } }),
      aDocument(2, 0, { meta: { hidden: true } }), aDocument(3, 0, { superseded: true }),
    ];
    const at = (options = {}) => feedGroups(aRun({ place: "a" }), hidden, [aStep(0, "start", "a")], options)[0]?.entries.length;
    expect(at()).toBe(1);
    expect(at({ showHidden: true })).toBe(4);
  });

  it("shows a document whose step is not listed yet at the end", () => {
    const groups = feedGroups(aRun({ place: "b" }), [aDocument(0, 5)], [aStep(0, "start", "b")]);
    expect(groups.at(-1)?.entries.map((entry) => entry.kind)).toEqual(["document"]);
  });

  it("leaves out steps that were rewound", () => {
    const steps = [aStep(0, "start", "a"), aStep(1, "a", "b", { superseded: true })];
    expect(feedGroups(aRun({ place: "a" }), [], steps).map((group) => group.place)).toEqual(["start", "a"]);
  });

  it("draws every visible document exactly once, in order of position, whatever the steps are", () => {
    const documents = fc.array(fc.record({ position: fc.nat(40), step: fc.nat(8) }), { maxLength: 20 });
    fc.assert(
      fc.property(documents, fc.nat(8), (raw, count) => {
        const unique = [...new Map(raw.map((one) => [one.position, one])).values()].map((one) => aDocument(one.position, one.step));
        const steps = Array.from({ length: count }, (_, at) => aStep(at, `p${String(at)}`, `p${String(at + 1)}`));
        const entries = feedGroups(aRun(), unique, steps).flatMap((group) => group.entries);
        const drawn = entries.flatMap((entry) => (entry.kind === "document" ? [entry.document.position] : []));
        expect(drawn).toEqual(unique.map((one) => one.position).toSorted((a, b) => a - b));
        expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length);
      }),
    );
  });

  it("counts documents that a reader has not seen", () => {
    const groups = feedGroups(aRun({ place: "a" }), [aDocument(0, 0), aDocument(1, 0)], [aStep(0, "start", "a")]);
    expect(newEntries(groups, new Set(["d0-d0"]))).toBe(1);
  });
});
