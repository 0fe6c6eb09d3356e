import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { makeWholeRun } from "../../testing/make-run";
import { keys } from "./keys";
import { remember } from "./runs";

const run = (rev: number) => makeWholeRun({ id: "run-1", rev });
const state = (queries: QueryClient) => queries.getQueryState<ReturnType<typeof run>>(keys.run("run-1"));

it("keeps what the reply to a start said, and has it read once more: events may have gone by before it came", () => {
  const queries = new QueryClient();
  remember(queries, run(1));
  expect(state(queries)).toMatchObject({ data: { rev: 1 }, isInvalidated: true });
});

it("keeps the newer of a reply and of what events have made of the run", () => {
  const queries = new QueryClient();
  queries.setQueryData(keys.run("run-1"), run(5));
  remember(queries, run(4));
  expect(state(queries)).toMatchObject({ data: { rev: 5 }, isInvalidated: false });
  remember(queries, run(6));
  expect(state(queries)).toMatchObject({ data: { rev: 6 }, isInvalidated: false });
});
