/** Any JSON value a form can hold; `undefined` means "absent". */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A JSON Schema as it came over the wire. */
export type JsonSchema = Readonly<Record<string, unknown>> | boolean;

/** Where in a value: keys and indexes from the root. */
export type Path = readonly (string | number)[];

/** One message at one place of the value; an empty path means the whole form. */
export type FieldError = { readonly path: Path; readonly message: string; readonly code?: string };

/** How a form or one of its fields is drawn. All keys are optional; unknown keys are ignored. */
export type FieldUi = {
  readonly widget?: string;
  readonly label?: string;
  readonly title?: string;
  readonly description?: string;
  readonly help?: string;
  readonly placeholder?: string;
  readonly rows?: number;
  readonly inline?: boolean;
  readonly hidden?: boolean;
  readonly readonly?: boolean;
  readonly disabled?: boolean;
  readonly collapsed?: boolean;
  /** No adding, removing or reordering of items. */
  readonly fixed?: boolean;
  readonly order?: readonly string[];
  readonly enumOptions?: readonly (string | number | boolean | { readonly label: string; readonly value: Json })[];
  readonly items?: FieldUi;
  readonly properties?: Readonly<Record<string, FieldUi>>;
};

export type SchemaFormProps = {
  readonly schema: JsonSchema;
  readonly ui?: FieldUi;
  readonly value: Json | undefined;
  readonly onChange: (value: Json | undefined) => void;
  readonly errors?: readonly FieldError[];
  readonly readOnly?: boolean;
  /** Makes ids of inputs unique on a page with several forms. */
  readonly idPrefix: string;
};
