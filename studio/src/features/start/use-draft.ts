import { useEffect, useState } from "react";
import { holdsSecret, initialValue, isJson } from "@/components/schema-form";
import type { FieldUi, Json, JsonSchema } from "@/components/schema-form";
import { storage } from "@/lib/storage";

const PAUSE_MS = 300;

function read(key: string): Json | undefined {
  try {
    const stored: unknown = JSON.parse(storage.read(key) ?? "null");
    return isJson(stored) && stored !== null ? stored : undefined;
  } catch {
    return undefined;
  }
}

type Draft = readonly [Json | undefined, (value: Json | undefined) => void, () => void];

/** The value of a start form, kept over reloads under `name`; forms with secret fields are never kept. Without a draft it begins as `given`. */
export function useDraft(name: string, schema: JsonSchema, ui: FieldUi, given: Json | undefined): Draft {
  const key = `loopstack.draft.start.${name}`;
  const kept = !holdsSecret(schema, ui);
  const [value, setValue] = useState(() => initialValue(schema, (kept ? read(key) : undefined) ?? given ?? undefined));
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (!kept || !touched) return undefined;
    const timer = setTimeout(() => { storage.write(key, value === undefined ? undefined : JSON.stringify(value)); }, PAUSE_MS);
    return () => { clearTimeout(timer); };
  }, [key, kept, touched, value]);
  const change = (next: Json | undefined): void => {
    setTouched(true);
    setValue(next);
  };
  const clear = (): void => {
    setTouched(false);
    storage.write(key, undefined);
  };
  return [value, change, clear];
}
