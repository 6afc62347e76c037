// A form of the JSON Schema of options: which fields there are, and what is given when they are filled in.

type Schema = Readonly<Record<string, unknown>>;
type Plain = string | number | boolean | null;

interface Base {
  /** Its name in the options; of the items of a tuple its place. */
  readonly name: string;
  readonly about: string;
  /** What holds where nothing is given; undefined where nothing does. */
  readonly default: unknown;
}
export interface NumberField extends Base {
  readonly kind: 'number';
  readonly integer: boolean;
  readonly min?: number;
  readonly max?: number;
}
export interface TupleField extends Base {
  readonly kind: 'tuple';
  readonly items: readonly Field[];
}
/** One of several forms: a fixed value, a value of a kind, or options of their own below a name. */
export interface ChoiceField extends Base {
  readonly kind: 'choice';
  readonly forms: readonly Form[];
}
export type Field = (Base & { readonly kind: 'flag' | 'text' }) | NumberField | TupleField | ChoiceField;

export interface Form {
  readonly label: string;
  /** The value itself, where the form is one value. */
  readonly value?: Plain;
  /** What gives the value, where there are many. */
  readonly field?: Field;
  /** Beside `value`: `{ name: value, … }` with these options may stand for it. */
  readonly fields?: readonly Field[];
}

/**
 * The fields of an object's properties.
 *
 * @throws Error for a schema that no field can be made of: the page must not hide an option.
 */
export function fieldsOf(schema: Schema): Field[] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property));
}

function fieldOf(name: string, schema: Schema): Field {
  const base = { name, about: aboutOf(schema), default: schema['default'] };
  const isChoice = ['anyOf', 'oneOf', 'enum', 'const'].some((key) => key in schema);
  return isChoice ? { ...base, kind: 'choice', forms: formsOf(schema) } : plainField(base, schema);
}

const aboutOf = ({ description = '' }: Schema) => String(description).replaceAll(/[`]/g, '');

function plainField(base: Base, schema: Schema): Field {
  switch (schema['type']) {
    case 'boolean':
      return { ...base, kind: 'flag' };
    case 'string':
      return { ...base, kind: 'text' };
    case 'number':
    case 'integer': {
      const min = (schema['minimum'] ?? schema['exclusiveMinimum']) as number | undefined;
      const max = (schema['maximum'] ?? schema['exclusiveMaximum']) as number | undefined;
      const bounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
      return { ...base, kind: 'number', integer: schema['type'] === 'integer', ...bounds };
    }
    case 'array':
      if (Array.isArray(schema['prefixItems'])) {
        const items = (schema['prefixItems'] as Schema[]).map((item, i) => fieldOf(String(i + 1), item));
        return { ...base, kind: 'tuple', items };
      }
  }
  throw new Error(
    `Cannot make a field of the option ${base.name} as its schema must be of a known kind: current value is ${JSON.stringify(schema)}`,
  );
}

/** The values of an enum, and the forms of each alternative. */
function formsOf(schema: Schema): Form[] {
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (alternatives) {
    const forms: Form[] = [];
    for (const form of alternatives.flatMap(formsOf)) {
      // a name alone, and an object with this name and options, are one form
      const same = forms.findIndex(({ value }) => value !== undefined && value === form.value);
      if (same >= 0) forms[same] = { ...forms[same]!, ...form };
      else forms.push(form);
    }
    return forms;
  }
  if (Array.isArray(schema['enum'])) return (schema['enum'] as Plain[]).map(fixed);
  if ('const' in schema) return [fixed(schema['const'] as Plain)];
  if (schema['type'] === 'null') return [fixed(null)];
  if (schema['type'] === 'object') {
    const { name, ...options } = schema['properties'] as Record<string, Schema>;
    return [{ ...fixed(name!['const'] as string), fields: fieldsOf({ properties: options }) }];
  }
  const label = aboutOf(schema).replace(/\.$/, '').replace(/^A /, 'a ') || 'a value';
  return [{ label, field: plainField({ name: '', about: '', default: schema['default'] }, schema) }];
}

const fixed = (value: Plain): Form => ({ label: value === null ? 'none' : String(value), value });

const isOptions = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The form that a value has; -1 where it has none. */
export function formOf({ forms }: ChoiceField, value: unknown): number {
  const plain = isOptions(value) ? value['name'] : value;
  const exact = forms.findIndex((form) => form.value !== undefined && form.value === plain);
  if (exact >= 0 || value === undefined) return exact;
  return forms.findIndex(({ field }) => field?.kind === (Array.isArray(value) ? 'tuple' : kindOf(value)));
}

const kindOf = (value: unknown) =>
  ({ boolean: 'flag', string: 'text', number: 'number' })[typeof value as 'boolean' | 'string' | 'number'];

/** The value of a form when it is chosen. */
export function firstValue({ value, field }: Form): unknown {
  return field ? startOf(field) : value;
}

function startOf(field: Field): unknown {
  if (field.default !== undefined) return field.default;
  switch (field.kind) {
    case 'flag':
      return false;
    case 'text':
      return '';
    case 'number':
      return field.min ?? 0;
    case 'choice':
      return firstValue(field.forms[0]!);
    case 'tuple': {
      // the first and the last of a range: 0 to 1
      const half = field.items.length / 2;
      return field.items.map((item, i) =>
        item.kind === 'number' ? Math.max(i < half ? 0 : 1, item.min ?? 0) : startOf(item),
      );
    }
  }
}

/** The options that a value of a form has beside its name. */
export function inside(value: unknown): Readonly<Record<string, unknown>> {
  if (!isOptions(value)) return {};
  const { name: _, ...options } = value;
  return options;
}

/** The value of a form with options beside its name; the name alone where they say nothing. */
export function withInside({ value, fields = [] }: Form, options: Readonly<Record<string, unknown>>): unknown {
  const said = saidOf(fields, options);
  return Object.keys(said).length > 0 ? { name: value, ...said } : value;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Options without those that say what would hold without them. */
export function saidOf(fields: readonly Field[], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = fields.map(({ name, default: fallback }) => [name, values[name], fallback] as const);
  return Object.fromEntries(
    entries
      .filter(([, value, fallback]) => value !== undefined && !same(value, fallback))
      .map(([name, value]) => [name, value]),
  );
}
