import { optionIssues, optionsSchema } from '@mer/options';
import { jsonSchemaOf } from '@mer/options/json-schema';
import { type AnyStepDefinition, representations, steps } from '@mer/representations';
import { describe, expect, it } from 'vitest';
import { type ChoiceField, type Field, fieldsOf, firstValue, formOf, inside, saidOf, withInside } from './forms.ts';

const all = Object.values(representations) as unknown as AnyStepDefinition[];
const formOfPart = (name: string) => fieldsOf(jsonSchemaOf(optionsSchema(representations[name as 'flow'].options)));
const fieldOf = (name: string, option: string) =>
  formOfPart(name).find((field) => field.name === option) as ChoiceField;

describe('the form of options', () => {
  it.each(all.map((definition) => [definition.name, definition] as const))(
    'has every option of %s',
    (_name, definition) => {
      const schema = optionsSchema(definition.options);
      const fields = fieldsOf(jsonSchemaOf(schema));
      expect(fields.map(({ name }) => name)).toEqual(Object.keys(definition.options));
      // whatever is chosen first in any field fits its option
      const tried = (field: Field): unknown[] =>
        field.kind === 'choice' ? field.forms.flatMap((form) => [firstValue(form)]) : [field.default];
      for (const field of fields) {
        for (const value of tried(field)) expect(optionIssues(schema, { [field.name]: value })).toEqual([]);
      }
    },
  );

  it('can be made of every step, too', () => {
    for (const definition of Object.values(steps) as unknown as AnyStepDefinition[]) {
      // lists of regions and of numbers have no field yet, and are no options of a representation
      if (['spot-apex', 'normalize', 'magnify'].includes(definition.name)) continue;
      expect(fieldsOf(jsonSchemaOf(optionsSchema(definition.options))).length).toBe(
        Object.keys(definition.options).length,
      );
    }
  });

  it('joins a name and the options that go with it', () => {
    const flow = fieldOf('flow', 'flow');
    expect(flow.forms.map(({ label }) => label)).toEqual(['tvl1', 'farneback', 'horn-schunck']);
    expect(flow.forms[1]!.fields!.map(({ name }) => name)).toContain('levels');
    expect(formOf(flow, 'farneback')).toBe(1);
    expect(formOf(flow, { name: 'tvl1', lambda: 0.2 })).toBe(0);
    expect(inside({ name: 'tvl1', lambda: 0.2 })).toEqual({ lambda: 0.2 });
    expect(withInside(flow.forms[1]!, { levels: 2 })).toEqual({ name: 'farneback', levels: 2 });
    expect(withInside(flow.forms[1]!, { levels: 3 })).toBe('farneback');
  });

  it('knows a name, a number and a range of frames apart', () => {
    const [threshold, span, region] = [
      fieldOf('mm-cof', 'threshold'),
      fieldOf('trdi', 'span'),
      fieldOf('flow', 'stableRegion'),
    ];
    expect([formOf(threshold, 'otsu'), formOf(threshold, 0.3)]).toEqual([1, 2]);
    expect([formOf(span, 'all'), formOf(span, [2, 5]), formOf(span, undefined)]).toEqual([3, 4, -1]);
    expect([formOf(region, null), formOf(region, [0, 0, 1, 1])]).toEqual([0, 1]);
    expect(firstValue(region.forms[1]!)).toEqual([0, 0, 1, 1]);
  });

  it('says nothing that holds anyway', () => {
    const fields = formOfPart('trdi');
    expect(saidOf(fields, { gray: false, blur: 2, percentile: 99.5, span: undefined })).toEqual({ blur: 2 });
  });

  it('refuses a schema that it has no field for', () => {
    expect(() => fieldsOf({ properties: { names: { type: 'array', items: { type: 'string' } } } })).toThrow(
      'Cannot make a field of the option names as its schema must be of a known kind',
    );
  });
});
