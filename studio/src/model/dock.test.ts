import { describe, expect, it } from "vitest";
import { dockOf } from "./dock";
import { aRun, person } from "./sample-run";

const run = aRun({ status: "waiting", place: "review", awaiting: [person("decide"), person("redo")] });
const button = { widget: "button", options: { transition: "redo" } };
const none: ReadonlySet<string> = new Set();

describe("the dock", () => {
  it("offers a form for every question nobody wrote a widget for", () => {
    const dock = dockOf(run, [], none);
    expect(dock.forms.map((form) => [form.kind, form.widget, form.awaited[0]?.transition])).toEqual([["form", null, "decide"], ["form", null, "redo"]]);
  });

  it("leaves a question to the button or the document that answers it", () => {
    const dock = dockOf(run, [button], new Set(["decide"]));
    expect(dock).toMatchObject({ forms: [], buttons: [{ awaited: { transition: "redo" }, off: null }], unknown: [] });
  });

  it("shows a button out of use with its reason, and the form as well", () => {
    const dock = dockOf(run, [{ ...button, enabled_when: ["later"] }], none);
    expect(dock.buttons).toMatchObject([{ off: { code: "not_here", places: ["later"] } }]);
    expect(dock.forms).toHaveLength(2);
  });

  it("takes forms and prompts of the workflow", () => {
    const widgets = [{ widget: "form", options: { actions: [{ transition: "decide" }] } }, { widget: "prompt-input", options: { transition: "redo" } }];
    expect(dockOf(run, widgets, none).forms.map((form) => form.kind)).toEqual(["form", "prompt"]);
  });

  it("lets a widget speak ahead of its turn while the run works, and asks nobody for it", () => {
    const prompt = { widget: "prompt-input", options: { transition: "steer" } };
    const busy = aRun({ status: "running", place: "ready", ahead: [person("steer")] });
    expect(dockOf(busy, [prompt], none).forms).toMatchObject([{ kind: "prompt", awaited: [{ transition: "steer" }] }]);
    expect(dockOf(busy, [{ ...prompt, show_when: ["later"] }], none).forms).toEqual([]);
    expect(dockOf(busy, [], none).forms).toEqual([]);
  });

  it("still asks when the named widget is unknown", () => {
    const dock = dockOf(run, [{ widget: "buton", options: { transition: "decide" } }, { widget: "chart" }], none);
    expect(dock.unknown).toEqual(["buton"]);
    expect(dock.forms).toHaveLength(2);
  });

  it("leaves out what is meant for another place, what is not for people, and everything once the run is over", () => {
    expect(dockOf(run, [{ ...button, show_when: ["later"] }], none).buttons).toEqual([]);
    const timer = { transition: "expire", kind: "timer", since: "x" } as const;
    const quiet = aRun({ status: "waiting", awaiting: [timer, { ...timer, kind: "signal", transition: "paid" }] });
    expect(dockOf(quiet, [], none).forms).toEqual([]);
    expect(dockOf(aRun({ status: "running" }), [button], none).buttons).toEqual([]);
    expect(dockOf(aRun({ status: "completed", awaiting: run.awaiting }), [button], none)).toEqual({ forms: [], buttons: [], unknown: [] });
  });
});
