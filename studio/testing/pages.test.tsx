import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { router } from "../src/routes/router";
import { renderApp } from "./render-app";

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.unstubAllGlobals();
});

it("Home says how things stand, what waits, what ran and what can be started", async () => {
  await renderApp("/");
  expect(await screen.findByRole("heading", { level: 1, name: "Two questions wait for an answer. One run has failed." })).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Confirm the notes of the weekly meeting" })).toBeTruthy();
  expect(await screen.findByText("Spring catalogue")).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Paste the notes of a meeting" })).toBeTruthy();
  expect(screen.getByText("Store holds 12 runs.", { exact: false })).toBeTruthy();
});

it("Home starts a workflow from one line of text", async () => {
  const { sent } = await renderApp("/");
  const user = userEvent.setup();
  await user.type(await screen.findByPlaceholderText("Ask about an order"), "Where is 4471?{Enter}");
  await waitFor(() => { expect(router.state.location.pathname).toBe("/runs/run-58"); });
  expect(sent.find((each) => each.method === "POST")?.body).toMatchObject({ workflow: "ask", args: { question: "Where is 4471?" } });
});

it("the runs list keeps its filters in the address", async () => {
  await renderApp("/runs?status=failed");
  const table = await screen.findByRole("table", { name: "Runs" });
  expect(within(table).getAllByRole("row")).toHaveLength(2);
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: /^All/ }));
  await waitFor(() => { expect(within(screen.getByRole("table")).getAllByRole("row")).toHaveLength(13); });
  expect(router.state.location.search).toEqual({});
});

it("a start form says what is missing, where, and sends nothing", async () => {
  const { sent } = await renderApp("/start/meeting_notes");
  const user = userEvent.setup();
  const notes = await screen.findByLabelText("Raw notes");
  await user.click(screen.getByRole("button", { name: /^Start run/ }));
  expect(await screen.findByText("Fill this in.")).toBeTruthy();
  expect(document.activeElement).toBe(notes);
  expect(sent.some((each) => each.method === "POST")).toBe(false);
});

it("what the server refuses stands at its field; the corrected form gets a new key and opens the run", async () => {
  const { sent } = await renderApp("/start/meeting_notes");
  const user = userEvent.setup();
  const notes = await screen.findByLabelText("Raw notes");
  await user.type(notes, "These are bad notes");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("These notes name nobody.")).toBeTruthy();
  expect(notes.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(notes);
  await user.clear(notes);
  await user.type(notes, "Ines, Marek, Joana");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => { expect(router.state.location.pathname).toBe("/runs/run-58"); });
  const posts = sent.filter((each) => each.method === "POST");
  expect(posts.at(-1)?.body).toMatchObject({ workflow: "meeting_notes", app: "team_notes", args: { raw_notes: "Ines, Marek, Joana", language: "english", detail: "short", held_on: null } });
  expect(new Set(posts.map((each) => each.key)).size).toBe(2);
});

it("half-typed arguments are back after a reload", async () => {
  await renderApp("/start/meeting_notes");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Raw notes"), "Half");
  await waitFor(() => { expect(localStorage.getItem("loopstack.draft.start.meeting_notes")).toContain("Half"); });
  cleanup();
  await renderApp("/start/meeting_notes");
  expect((await screen.findByLabelText<HTMLTextAreaElement>("Raw notes")).value).toBe("Half");
});

it("the palette finds a workflow and starts it with two keys", async () => {
  await renderApp("/");
  const user = userEvent.setup();
  await screen.findByRole("link", { name: "Paste the notes of a meeting" });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: "Search and commands" }), "notes{Enter}");
  await waitFor(() => { expect(router.state.location.pathname).toBe("/start/meeting_notes"); });
});

it("unknown workflows and addresses say so", async () => {
  await renderApp("/start/nothing");
  expect(await screen.findByText("No running worker knows a workflow named “nothing”.")).toBeTruthy();
  cleanup();
  await renderApp("/no/such/page");
  expect(await screen.findByText("No page has the address /no/such/page.")).toBeTruthy();
});

it("a start form takes over the arguments of another run, and says whose", async () => {
  await renderApp("/start/meeting_notes?from=run-58");
  const notes = await screen.findByLabelText<HTMLTextAreaElement>("Raw notes");
  expect(notes.value).toBe("Tuesday, workshop.");
  expect(screen.getByText(/Filled in with the arguments of/)).toBeTruthy();
  cleanup();
  await renderApp("/start/meeting_notes?from=nothing");
  expect((await screen.findByLabelText<HTMLTextAreaElement>("Raw notes")).value).toBe("");
  expect(screen.getByText("No run of this workflow has the id nothing; the fields hold their defaults.")).toBeTruthy();
});

it("keys are listed by ?, and b folds the rail until it is pressed again", async () => {
  vi.stubGlobal("matchMedia", () => Object.assign(new EventTarget(), { matches: false }));
  await renderApp("/");
  const user = userEvent.setup();
  await screen.findByRole("link", { name: "Paste the notes of a meeting" });
  await user.keyboard("b");
  expect(document.querySelector(".shell")?.classList.contains("folded")).toBe(true);
  expect(localStorage.getItem("loopstack.rail")).toBe("folded");
  await user.keyboard("b");
  expect(document.querySelector(".shell")?.classList.contains("folded")).toBe(false);
  await user.keyboard("?");
  const list = await screen.findByRole("dialog", { name: "Keys" });
  expect(within(list).getByText("Fold or unfold the rail")).toBeTruthy();
  await user.keyboard("b");
  expect(document.querySelector(".shell")?.classList.contains("folded")).toBe(false);
});
