import { counted, grouped } from "./plural";

/** Words of the details of a model's message. */
export const detailWords = {
  open: "Details", title: "Details of the message", close: "Close", took: "What it took", asked: "What was asked", answered: "What the provider answered", document: "The document", meta: "Its meta",
  model: "Model", cost: "Cost", stopped: "Stopped by", system: "System prompt", tools: "Tools", settings: "Settings", messages: "Messages",
  usage: {
    input_tokens: "Tokens in", output_tokens: "Tokens out", cache_read_input_tokens: "Read from cache", cache_creation_input_tokens: "Written to cache", reasoning_tokens: "Spent on thinking",
  } as Readonly<Record<string, string>>,
  noResponse: "The provider's own answer was not kept.", notKept: "What was asked was not kept.", noSystem: "None was given.", noTools: "None were offered.",
  ofRun: (count: number) => `${count === 1 ? "The message" : `The ${counted(count, "message", "messages")}`} of this run before it, as the feed has them.`,
  newest: (shown: number, count: number) => `The newest ${grouped(shown)} of ${grouped(count)}.`,
} as const;
