import { describe, expect, it } from "vitest";
import { aRun, person } from "./sample-run";
import { transitionsOf, widgetState, type OwnerDocument } from "./widget-state";

const run = aRun({ status: "waiting", place: "review", awaiting: [person("decide")] });
const form = { widget: "form", options: { actions: [{ transition: "decide" }, {}, "x"] } };
const owner = (over: Partial<OwnerDocument> = {}): OwnerDocument => ({ place: "start", landed: "review", content: {}, ...over });

describe("the state of a widget", () => {
  it("is active when its transition is awaited here", () => {
    expect(widgetState(form, owner(), run)).toEqual({ kind: "active" });
    expect(widgetState(form, null, run)).toEqual({ kind: "active" });
  });

  it("is active when it sends nothing", () => {
    expect(widgetState({ widget: "markdown" }, owner({ older: true }), aRun({ status: "completed" }))).toEqual({ kind: "active" });
  });

  it.each([
    ["outside showWhen", { ...form, show_when: ["other"] }, null],
    ["a hidden document", form, owner({ hidden: true })],
    ["a document hidden by its class", form, owner({ meta: { hidden: true } })],
    ["hideAtPlaces", form, owner({ meta: { hideAtPlaces: ["review"] } })],
    ["hide_at_places", form, owner({ meta: { hide_at_places: ["review"] } })],
  ])("is hidden by %s", (_, widget, document) => {
    expect(widgetState(widget, document, run)).toEqual({ kind: "hidden" });
  });

  it("shows hidden documents on wish, but not a widget meant for another place", () => {
    expect(widgetState(form, owner({ hidden: true }), run, true).kind).toBe("active");
    expect(widgetState({ ...form, show_when: ["other"] }, owner(), run, true).kind).toBe("hidden");
  });

  it("is answered once a prompt holds its answer", () => {
    const prompt = { widget: "text-prompt", options: { transition: "decide" } };
    expect(widgetState(prompt, owner({ content: { answer: "yes" } }), run)).toEqual({ kind: "answered" });
    expect(widgetState(prompt, owner({ content: { answer: "" } }), run)).toEqual({ kind: "active" });
    expect(widgetState(prompt, owner({ content: "text" }), run)).toEqual({ kind: "active" });
  });

  it.each([
    ["the run has ended", form, owner(), aRun({ status: "completed", place: "review" }), { code: "not_open" }],
    ["it is an older version", form, owner({ older: true }), run, { code: "older_version" }],
    ["its author switched it off", { ...form, options: { ...form.options, disabled: true } }, owner(), run, { code: "switched_off" }],
    ["another place enables it", { ...form, enabled_when: ["later"] }, null, run, { code: "not_here", places: ["later"] }],
    ["its document enables it elsewhere", form, owner({ meta: { enableAtPlaces: ["later"] } }), run, { code: "not_here", places: ["later"] }],
    ["it was written at another place", form, owner({ landed: "draft" }), run, { code: "written_elsewhere", place: "draft" }],
    ["its step is not known to be over", form, owner({ landed: null, unfinished: true }), run, { code: "unfinished" }],
    ["its transition is not awaited", { widget: "button", options: { transition: "skip" } }, null, run, { code: "not_awaited", transition: "skip" }],
  ])("is out of use when %s", (_, widget, document, at, reason) => {
    expect(widgetState(widget, document, at)).toEqual({ kind: "disabled", reason });
  });

  it("works again at the places its document names", () => {
    expect(widgetState(form, owner({ landed: "draft", meta: { enable_at_places: ["review"] } }), run)).toEqual({ kind: "active" });
    expect(widgetState(form, owner({ landed: null }), run)).toEqual({ kind: "active" });
  });

  it("knows every transition a widget sends to", () => {
    expect(transitionsOf(form)).toEqual(["decide"]);
    expect(transitionsOf({ widget: "button", options: { transition: "go" } })).toEqual(["go"]);
    expect(transitionsOf({ widget: "plain" })).toEqual([]);
  });
});
