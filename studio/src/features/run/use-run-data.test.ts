import { expect, it } from "vitest";
import { makeAwaiting, makeWholeRun } from "../../../testing/make-run";
import { answerable } from "./use-run-data";

const run = makeWholeRun({ status: "waiting", awaiting: [makeAwaiting({ transition: "answer", document_ids: ["doc-1"] })] });
const nothing = { steps: [], unfinished: new Set<number>() };
const covered = (pages: { earlier: boolean; later: boolean }) => [...answerable(run, [], nothing, pages).covered];

it("asks nothing itself while the document that asks is on its way", () => {
  expect(covered({ earlier: false, later: false })).toEqual(["answer"]);
  expect(covered({ earlier: true, later: true })).toEqual(["answer"]);
});

it("asks itself when the document stands in a part of the feed that is not shown", () => {
  expect(covered({ earlier: true, later: false })).toEqual([]);
});
