import { expect, it } from "vitest";
import { linkLabel } from "./link-label";

const linked = { workflow: "ask_user", workflow_title: "Ask a person", title: null };

it("keeps the label that the author gave", () => {
  expect(linkLabel({ label: "First course" }, { ...linked, title: "First course" })).toBe("First course");
});

it("shows the title of a run, or of its workflow, instead of a workflow's name", () => {
  expect(linkLabel({ label: "ask_user" }, linked)).toBe("Ask a person");
  expect(linkLabel({}, { ...linked, title: "The colour" })).toBe("The colour");
});
