import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Awaiting, Document, Run, Widget } from "@/api/types";
import type { WidgetState } from "@/model/widget-state";
import { AnswerDesk } from "../answer/answer-desk";
import { AnsweringContext } from "../answer/use-answer-form";
import { documentWidget, nearestWidget, widgetsOf } from "../registry";

const active: WidgetState = { kind: "active" };
const over: WidgetState = { kind: "disabled", reason: { code: "not_open" } };
const awaiting: Awaiting = { transition: "answer", step: 3, kind: "person", title: "Answer", since: "2026-11-21T10:00:00Z", due: null, task_id: "t", schema: null, widgets: [], document_ids: [], question: null };

const aDocument = (content: unknown, over: Partial<Document> = {}): Document => ({
  id: "d1", run_id: "r1", name: "question", title: "Question", key: null, position: 0, version: 1, live: true, superseded: false, step: 2, transition: "ask", place: "start", content, schema: null,
  widgets: [], tags: [], meta: {}, hidden: false, internal: false, validation_error: null, live_id: null, linked: null, created_at: "2026-11-21T10:00:00Z", ...over,
});

const aRun = { id: "r1", place: "asking", awaiting: [awaiting], status: "waiting", titles: {} } as Partial<Run> as Run;

function draw(widget: Partial<Widget> & { readonly widget: string }, document: Document, state: WidgetState = active) {
  const send = vi.fn<(transition: string, body: { readonly payload: unknown }) => Promise<{ status: 202 }>>(() => Promise.resolve({ status: 202 }));
  const kept = new Map<string, string>();
  const desk = new AnswerDesk<Run>({ send, onRun: vi.fn(), storage: { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => void kept.set(name, text), removeItem: (name) => void kept.delete(name) } });
  const { View } = documentWidget(widget.widget);
  const whole: Widget = { options: { transition: "answer" }, show_when: [], enabled_when: [], ...widget };
  render(<AnsweringContext value={{ run: aRun, desk, online: true }}><View document={document} widget={whole} state={state} awaited={state.kind === "active" ? [awaiting] : []} /></AnsweringContext>);
  return { send, sent: () => send.mock.calls.map(([transition, body]) => [transition, body.payload]) };
}

describe("document widgets", () => {
  afterEach(() => { cleanup(); localStorage.clear(); });

  it("text-prompt sends the trimmed text as the answer", async () => {
    const { sent } = draw({ widget: "text-prompt" }, aDocument({ question: "What **now**?" }));
    await userEvent.type(screen.getByRole("textbox"), "  go on  ");
    await userEvent.click(screen.getByRole("button", { name: /Send answer/ }));
    expect(sent()).toEqual([["answer", { answer: "go on" }]]);
  });

  it("confirm-prompt has No left and Yes right, and sends the word", async () => {
    const { sent } = draw({ widget: "confirm-prompt" }, aDocument({ question: "Delete it?" }));
    expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["No", "Yes"]);
    await userEvent.click(screen.getByRole("button", { name: "No" }));
    expect(sent()).toEqual([["answer", { answer: "no" }]]);
  });

  it("choices send the value that was chosen, or an answer of one's own", async () => {
    const question = aDocument({ question: "Which?", options: ["red", { value: 2, label: "blue" }], allowCustomAnswer: true });
    const { sent } = draw({ widget: "choices" }, question);
    await userEvent.click(screen.getByRole("radio", { name: "blue" }));
    await userEvent.click(screen.getByRole("button", { name: /Send answer/ }));
    expect(sent()).toEqual([["answer", { answer: 2 }]]);
    cleanup();
    const other = draw({ widget: "choices" }, question);
    await userEvent.click(screen.getByRole("radio", { name: "Other" }));
    await userEvent.type(screen.getByRole("textbox"), "green");
    await userEvent.click(screen.getByRole("button", { name: /Send answer/ }));
    expect(other.sent()).toEqual([["answer", { answer: "green" }]]);
  });

  it("choices of which several may be taken send a list, in the order offered", async () => {
    const question = aDocument({ question: "Which?", options: ["red", { value: 2, label: "blue" }, "grey"], allowCustomAnswer: true });
    const { sent } = draw({ widget: "choices", options: { multiple: true } }, question);
    for (const name of ["grey", "Other", "red", "blue", "red"]) await userEvent.click(screen.getByRole("checkbox", { name }));
    await userEvent.type(screen.getByRole("textbox"), "green");
    await userEvent.click(screen.getByRole("button", { name: /Send answer/ }));
    expect(sent()).toEqual([["answer", { answer: [2, "grey", "green"] }]]);
    cleanup();
    draw({ widget: "choices" }, aDocument({ question: "Which?", answer: ["red", 2] }), { kind: "answered" });
    expect(screen.getByText("red, 2")).toBeTruthy();
  });

  it("an answered question shows its answer and no field", () => {
    draw({ widget: "text-prompt" }, aDocument({ question: "What?", answer: "this" }), { kind: "answered" });
    expect(screen.getByText("this")).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("form sends the whole content to the action that was pressed, with the action's constants", async () => {
    const schema = { type: "object", required: ["title"], properties: { title: { type: "string", title: "Title" } } };
    const options = { actions: [{ transition: "answer", label: "Save", payload: { draft: false } }] };
    const { sent } = draw({ widget: "form", options }, aDocument({ title: "A" }, { schema }));
    await userEvent.clear(screen.getByLabelText(/Title/));
    await userEvent.type(screen.getByLabelText(/Title/), "B");
    await userEvent.click(screen.getByRole("button", { name: /Save/ }));
    expect(sent()).toEqual([["answer", { title: "B", draft: false }]]);
  });

  it("a name nobody knows is said, with the nearest known one, and can still be answered", () => {
    draw({ widget: "markdwon" }, aDocument({ text: "x" }, { schema: { type: "object", properties: { text: { type: "string" } } } }));
    expect(screen.getByText(/No widget named “markdwon”.*Did its author mean “markdown”/)).toBeTruthy();
    expect(screen.getByRole("textbox")).toBeTruthy();
    expect(nearestWidget("zzz")).toBeNull();
  });

  it("a document without a widget is a form", () => {
    expect(widgetsOf(aDocument({})).map((widget) => widget.widget)).toEqual(["form"]);
  });

  it.each([
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](data:text/html,x)", "<svg/onload=alert(1)>", "[x](https://a.b\"onclick=alert(1))", "\u202egnp.exe",
  ])("hostile text %j stays text in every widget", (text) => {
    for (const widget of ["markdown", "plain", "message", "llm-message", "error", "link", "code", "json", "table", "debug", "form"]) {
      draw({ widget, options: {} }, aDocument({ markdown: text, text, message: text, label: text, href: text, code: text, rows: [{ [text]: text }], blocks: [{ type: "text", text }] }), over);
      expect(document.querySelector("script, img, svg:not([aria-hidden]), iframe, object, [onerror], [onload], [onclick]")).toBeNull();
      for (const link of document.querySelectorAll("a[href]")) expect(link.getAttribute("href")).toMatch(/^(https?:|mailto:|\/runs\/)/);
      expect(document.body.textContent).not.toContain("\u202e");
      cleanup();
    }
  });
});
