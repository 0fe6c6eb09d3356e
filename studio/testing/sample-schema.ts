import type { JsonSchema } from "../src/components/schema-form";

/** One schema with every kind of field, as pydantic writes it. */
export const everything: JsonSchema = {
  type: "object",
  required: ["topic", "agree", "shape", "address", "people"],
  properties: {
    topic: { type: "string", title: "Topic", description: "One line is enough.", minLength: 3 },
    text: { type: "string", title: "Text", default: "Tuesday, workshop.\nInes, Marek, Joana." },
    language: { enum: ["english", "german"], type: "string", title: "Language", default: "english" },
    count: { type: "integer", title: "Count", minimum: 1, maximum: 9, default: 3 },
    price: { anyOf: [{ type: "number" }, { type: "string", pattern: "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$" }, { type: "null" }], title: "Price", default: null },
    day: { anyOf: [{ type: "string", format: "date" }, { type: "null" }], title: "Day", default: null },
    agree: { type: "boolean", title: "Agree" },
    loud: { type: "boolean", title: "Loud", default: true },
    tags: { type: "array", items: { type: "string" }, title: "Tags", default: ["first"] },
    days: { type: "array", items: { enum: ["mon", "tue", "wed"], type: "string" }, uniqueItems: true, title: "Days", default: ["tue"] },
    people: { type: "array", title: "People", items: { $ref: "#/$defs/Person" }, minItems: 1 },
    address: { $ref: "#/$defs/Address" },
    shape: { title: "Shape", discriminator: { propertyName: "kind" }, oneOf: [{ $ref: "#/$defs/Circle" }, { $ref: "#/$defs/Square" }] },
    extra: { type: "object", additionalProperties: { type: "integer" }, title: "Extra", default: { one: 1 } },
    anything: { title: "Anything", default: null },
  },
  $defs: {
    Person: { type: "object", title: "Person", required: ["name"], properties: { name: { type: "string", title: "Name" }, age: { anyOf: [{ type: "integer" }, { type: "null" }], default: null, title: "Age" } } },
    Address: { type: "object", title: "Address", required: ["street", "town"], properties: { street: { type: "string", maxLength: 40, title: "Street" }, town: { type: "string", maxLength: 40, title: "Town" } } },
    Circle: { type: "object", title: "Circle", required: ["kind", "radius"], properties: { kind: { const: "circle", type: "string" }, radius: { type: "number", title: "Radius" } } },
    Square: { type: "object", title: "Square", required: ["kind", "side"], properties: { kind: { const: "square", type: "string" }, side: { type: "number", title: "Side" } } },
  },
};
