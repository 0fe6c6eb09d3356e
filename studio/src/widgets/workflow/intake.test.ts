import { expect, it } from "vitest";
import { intakeOf, payloadOf } from "./intake";

const file = { name: "a.txt", media_type: "text/plain", data: "YQ==" };
const attachment = {
  type: "object", required: ["name", "media_type", "data"],
  properties: { name: { type: "string" }, media_type: { enum: ["image/png", "text/plain"], type: "string" }, data: { type: "string", contentEncoding: "base64" } },
};
const message = { type: "object", properties: { text: { type: "string", default: "" }, files: { type: "array", maxItems: 3, items: { $ref: "#/$defs/Attachment" } } } };
const $defs = { Attachment: attachment, UserMessage: message };

it("sends a bare text where the schema takes one, and an object as soon as there are files", () => {
  const intake = intakeOf({ $defs, anyOf: [{ type: "string" }, { $ref: "#/$defs/UserMessage" }] });
  expect(intake).toEqual({ bare: true, text: "text", files: { field: "files", types: ["image/png", "text/plain"], most: 3 } });
  expect(payloadOf(intake, "Look", [])).toBe("Look");
  expect(payloadOf(intake, "", [file])).toEqual({ text: "", files: [file] });
});

it("sends an object where the schema takes nothing else", () => {
  const intake = intakeOf({ $defs, ...message });
  expect(payloadOf(intake, "Look", [])).toEqual({ text: "Look" });
});

it("fills the only field of an object, and asks for no files where there is no place for them", () => {
  const intake = intakeOf({ type: "object", properties: { question: { type: "string" } } });
  expect([intake.files, payloadOf(intake, "Why?", [])]).toEqual([null, { question: "Why?" }]);
  expect(payloadOf(intakeOf(true), "Why?", [file])).toBe("Why?");
  const paths = { type: "object", properties: { text: { type: "string" }, files: { type: "array", items: { type: "string" } } } };
  expect(intakeOf(paths).files).toBeNull();
});
