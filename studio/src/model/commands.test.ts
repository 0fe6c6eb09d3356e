import { describe, expect, it } from "vitest";
import { commandFor, shellWord, type RunAction } from "./commands";

const base = "http://127.0.0.1:8000/api/v1";

describe("copying as a command", () => {
  it("quotes what a shell would read", () => {
    expect(shellWord("r-1.2:a/b@c")).toBe("r-1.2:a/b@c");
    expect(shellWord("it's $HOME")).toBe(String.raw`'it'\''s $HOME'`);
    expect(shellWord("")).toBe("''");
  });

  it.each<[RunAction, string, string]>([
    [
      { kind: "start", app: "demo", workflow: "review", args: { topic: "tea" } },
      `temporal workflow start --type review --task-queue demo --input '{"topic":"tea"}'`,
      `curl -X POST ${base}/runs -H 'Content-Type: application/json' -d '{"workflow":"review","args":{"topic":"tea"}}'`,
    ],
    [
      { kind: "answer", run: "r1", transition: "decide", payload: { approved: true } },
      `temporal workflow update execute --workflow-id r1 --name decide --input '{"approved":true}'`,
      `curl -X POST ${base}/runs/r1/transitions/decide -H 'Content-Type: application/json' -d '{"payload":{"approved":true}}'`,
    ],
    [
      { kind: "answer", run: "r1", transition: "go", payload: undefined },
      "temporal workflow update execute --workflow-id r1 --name go",
      `curl -X POST ${base}/runs/r1/transitions/go -H 'Content-Type: application/json' -d '{"payload":null}'`,
    ],
    [
      { kind: "retry", run: "r1" }, "temporal workflow signal --workflow-id r1 --name loopstack.retry",
      `curl -X POST ${base}/runs/r1/retry -H 'Content-Type: application/json' -d '{}'`,
    ],
    [
      { kind: "cancel", run: "r1" }, "temporal workflow cancel --workflow-id r1",
      `curl -X POST ${base}/runs/r1/cancel -H 'Content-Type: application/json' -d '{}'`,
    ],
    [{ kind: "read", run: "r 1" }, "temporal workflow query --workflow-id 'r 1' --type loopstack.state", `curl ${base}/runs/r%201`],
  ])("says %j", (action, temporal, curl) => {
    expect(commandFor("temporal", action, base)).toBe(temporal);
    expect(commandFor("curl", action, base)).toBe(curl);
  });
});
