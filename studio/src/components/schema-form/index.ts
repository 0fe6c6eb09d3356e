export { readFieldUi } from "./field-ui";
export { initialValue, isFields } from "./initial-value";
export { ReadOut } from "./read-out";
export { describe, isJson, isSchema } from "./schema-node";
export { focusFirstInvalid, SchemaForm } from "./schema-form";
export { holdsSecret } from "./secrets";
export type { FieldError, FieldUi, Json, JsonSchema, Path, SchemaFormProps } from "./types";
export { validate } from "./validate";
export { FormattedText } from "./view-field";
