import { counted, grouped } from "./plural";

/** Words of the forms made from a schema. */
export const formWords = {
  optional: "optional", notSet: "Not set", yes: "Yes", no: "No", choose: "Choose", add: "Add", addNamed: (what: string) => `Add ${what}`,
  remove: (what: string) => `Remove ${what}`, up: (what: string) => `Move ${what} up`, down: (what: string) => `Move ${what} down`,
  entry: (index: number) => `Entry ${grouped(index)}`, key: "Name", value: "Value", kind: "Kind", set: (what: string) => `Set ${what}`, nothing: "Empty", form: "Form",
  fold: "Fold", unfold: "Show", json: "JSON", other: (index: number) => `Option ${grouped(index)}`,
  errors: {
    required: "Fill this in.", choose: "Choose one.", type: (expected: string) => `This must be ${expected}.`, json: "This is not valid JSON.",
    minLength: (count: number) => (count === 1 ? "Fill this in." : `At least ${counted(count, "character", "characters")}.`),
    maxLength: (count: number) => `At most ${counted(count, "character", "characters")}.`,
    minItems: (count: number) => `At least ${counted(count, "entry", "entries")}.`,
    maxItems: (count: number) => `At most ${counted(count, "entry", "entries")}.`,
    minimum: (limit: string) => `${limit} or more.`, maximum: (limit: string) => `${limit} or less.`,
    above: (limit: string) => `More than ${limit}.`, below: (limit: string) => `Less than ${limit}.`,
    multipleOf: (step: string) => `A multiple of ${step}.`, pattern: "This does not have the expected form.", unique: "Each entry only once.",
    format: { email: "This is not an e-mail address.", uri: "This is not a web address.", date: "This is not a date.", "date-time": "This is not a date and time.", time: "This is not a time.", uuid: "This is not a UUID." },
  },
  types: { string: "text", integer: "a whole number", number: "a number", boolean: "yes or no", array: "a list", object: "an object", null: "empty" },
} as const;
