// What the recording builds on inside tfjs's engine, so that an update that changes it is noticed.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { useBackend } from '../index.js';
import { type EngineInternals, internals, reference, untaped } from './engine.js';
import { CHEAP, KEEPS_INPUTS, OUTPUT_INSTEAD, SAVED_FOR, SHAPES_ONLY, STATISTICS } from './saved-tensors.js';
import { Tape } from './tape.js';

beforeAll(() => useBackend('cpu'));

/** The calls of a method of the engine while something runs, which goes on as it is. */
function callsOf<Name extends 'addTapeNode' | 'saveTensorsForBackwardMode' | 'getTensorsForGradient'>(
  name: Name,
  run: () => unknown,
): Parameters<EngineInternals[Name]>[] {
  const engine = internals();
  const calls: Parameters<EngineInternals[Name]>[] = [];
  const method = engine[name] as (...args: unknown[]) => unknown;
  Object.assign(engine, {
    [name]: (...args: unknown[]) => {
      calls.push(args as never);
      return method.apply(engine, args);
    },
  });
  try {
    tf.tidy(() => void run());
  } finally {
    Reflect.deleteProperty(engine, name);
  }
  return calls;
}

const slope = (f: (x: tf.Tensor) => tf.Tensor) => () => tf.grad(f)(tf.tensor1d([1, 2]));

it('its methods are those of its class: nothing stands before them', () => {
  for (const name of ['addTapeNode', 'saveTensorsForBackwardMode', 'getTensorsForGradient'] as const) {
    expect(internals()[name]).toBeTypeOf('function');
    expect(Object.hasOwn(internals(), name)).toBe(false);
  }
});

it('its depths are numbers that say what is taped', () => {
  const { state } = internals();
  expect([state.gradientDepth, state.kernelDepth]).toEqual([0, 0]);
  const seen: number[][] = [];
  const look = (x: tf.Tensor) => {
    seen.push([state.gradientDepth, state.kernelDepth]);
    return x;
  };
  slope((x) => tf.square(look(x)))();
  const inside = tf.customGrad((x) => ({
    value: tf.clone(look(x as tf.Tensor)),
    gradFunc: (dy: tf.Tensor) => look(dy),
  }));
  slope((x) => inside(x))();
  expect(seen).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
  ]);
});

it('asks whether to record before a kernel runs, and passes on what ran', () => {
  expect(callsOf('addTapeNode', () => tf.square(tf.scalar(2)))).toEqual([]);
  const calls = callsOf(
    'addTapeNode',
    slope((x) => tf.leakyRelu(x, 0.3)),
  );
  const [kernelName, inputs, outputs, gradient, saved, attrs] = calls.at(-1)!;
  expect(kernelName).toBe('LeakyRelu');
  expect(Object.keys(inputs)).toEqual(['x']);
  expect(outputs).toHaveLength(1);
  expect(gradient).toBeNull();
  expect(saved).toHaveLength(1);
  expect(attrs).toEqual({ alpha: 0.3 });
});

it('passes on a list where a kernel takes one', () => {
  const calls = callsOf(
    'addTapeNode',
    slope((x) => tf.concat([x, x], 0)),
  );
  const [, inputs] = calls.at(-1)!;
  expect(Array.isArray(inputs)).toBe(true);
  expect(Object.keys(inputs)).toEqual(['0', '1']);
});

it('saves clones that it keeps, of what the gradient names: inputs, then outputs', () => {
  const x = tf.tensor1d([1, 2]);
  const [call] = callsOf('saveTensorsForBackwardMode', () => tf.grad((v) => tf.div(v, 3))(x));
  expect(call![0]).toHaveLength(2);
  const named = callsOf('getTensorsForGradient', () => tf.grad((v) => tf.elu(v))(x));
  expect(named[0]![0]).toBe('Elu');
  expect(internals().getTensorsForGradient('Elu', { x }, [x])).toEqual([x]);
  expect(internals().getTensorsForGradient('LeakyRelu', { x }, [])).toEqual([x]);
  expect(internals().getTensorsForGradient('None', { x }, [x])).toEqual([]);
  x.dispose();
});

it('passes on a gradient of its own, and the clones saved for it, which are kept', () => {
  const own = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    return { value: tf.square(x as tf.Tensor), gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, saved!) };
  });
  const calls = callsOf(
    'addTapeNode',
    slope((x) => own(x)),
  );
  const [, inputs, , gradient, saved] = calls.at(-1)!;
  expect(Object.keys(inputs)).toEqual(['0']);
  expect(gradient).toBeTypeOf('function');
  expect(saved).toHaveLength(1);
});

it('puts the clones that it saves onto the tape too, as operations without a name', () => {
  const names = callsOf(
    'addTapeNode',
    slope((x) => tf.square(x)),
  ).map(([name]) => name);
  expect(names).toHaveLength(2);
  expect(names[1]).toBe('Square');
  expect(tf.getGradient(names[0]!)).toBeUndefined();
});

it('numbers tensors one by one, and takes data away from none that has other references', () => {
  const { nextTensorId } = tf.engine() as unknown as { nextTensorId(): number };
  expect(nextTensorId() + 1).toBe(nextTensorId());
  const x = tf.tensor1d([1, 2]);
  const other = reference(x);
  expect(other.dataId).toBe(x.dataId);
  x.dispose();
  expect([...other.dataSync()]).toEqual([1, 2]);
  other.dispose();
  const { refCount } = tf.backend() as unknown as { refCount?: unknown };
  expect(refCount).toBeTypeOf('function');
});

it('records nothing of what runs untaped', () => {
  const calls = callsOf(
    'addTapeNode',
    slope((x) => {
      untaped(() => tf.exp(tf.log(x)));
      return tf.square(x);
    }),
  );
  const names = calls.map(([name]) => name);
  expect(names).toContain('Square');
  expect(names.filter((name) => /Exp|Log/.test(name))).toEqual([]);
});

it('is left as it was by a tape, after an error too', () => {
  const engine = internals();
  const states = () => [
    engine.state.gradientDepth,
    engine.state.kernelDepth,
    Object.hasOwn(engine, 'addTapeNode'),
    Object.hasOwn(engine, 'saveTensorsForBackwardMode'),
    Tape.current,
  ];
  const before = states();
  const tape = new Tape([], { remake: true });
  tape.record(() => {
    expect(Tape.current).toBe(tape);
    const inner = new Tape([], { remake: true });
    inner.record(() => expect(Tape.current).toBe(inner));
    expect(Tape.current).toBe(tape);
  });
  expect(states()).toEqual(before);
  const fail = () => {
    throw new Error('on purpose');
  };
  expect(() => tape.record(() => Tape.pause(fail))).toThrow('on purpose');
  expect(() => tape.record(() => untaped(fail))).toThrow('on purpose');
  expect(states()).toEqual(before);
});

it('has a gradient for every kernel of which the tables speak', () => {
  const named = [...SHAPES_ONLY, ...Object.keys(SAVED_FOR), ...OUTPUT_INSTEAD, ...CHEAP, ...KEEPS_INPUTS];
  expect([...named, ...Object.keys(STATISTICS)].filter((name) => !tf.getGradient(name))).toEqual([]);
});

it('saves for the gradients of the tables what they say', () => {
  const saves = (name: string) => {
    const { inputsToSave = [], saveAllInputs = false, outputsToSave = [] } = tf.getGradient(name)!;
    return { inputs: [...inputsToSave], all: saveAllInputs, outputs: [...outputsToSave] };
  };
  for (const name of Object.keys(SAVED_FOR)) expect(saves(name).inputs, name).toEqual(['a', 'b']);
  for (const name of OUTPUT_INSTEAD) expect(saves(name)).toEqual({ inputs: ['x'], all: false, outputs: [] });
  for (const name of SHAPES_ONLY) expect(saves(name).outputs, name).toEqual([]);
  for (const name of Object.keys(STATISTICS)) expect(saves(name).outputs.slice(1), name).toEqual([true, true]);
});
