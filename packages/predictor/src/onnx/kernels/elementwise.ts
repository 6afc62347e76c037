import { elementType } from '../graph.js';
import { type KernelCall, type KernelWriter, operand } from '../kernel.js';
import { elementTypes } from '../message.js';

/** Operations of one operand that both sides have. */
const unary: Readonly<Record<string, string>> = {
  Abs: 'Abs',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Elu: 'Elu',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Identity: 'Identity',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tanh: 'Tanh',
};

/** Operations of two operands that both sides have; shapes widen alike. */
const binary: Readonly<Record<string, string>> = {
  Add: 'Add',
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'Div',
  Sub: 'Sub',
};

const [only, both] = [['x'], ['a', 'b']] as const;

const plain =
  (operation: string, names: readonly string[]): KernelWriter =>
  (call) =>
    call.graph.add(
      operation,
      names.map((name) => operand(call, name)),
    );

/** What the activation of a fused kernel makes of a value. */
export function activated(call: KernelCall, value: string, activation: unknown): string {
  const { graph, attributes } = call;
  switch (activation) {
    case undefined:
    case null:
    case 'linear':
      return value;
    case 'relu':
      return graph.add('Relu', [value]);
    case 'relu6':
      return graph.add('Clip', [value, graph.scalar(0), graph.scalar(6)]);
    case 'elu':
      return graph.add('Elu', [value]);
    case 'sigmoid':
      return graph.add('Sigmoid', [value]);
    case 'leakyrelu':
      return graph.add('LeakyRelu', [value], { alpha: { float: Number(attributes['leakyreluAlpha']) } });
    case 'prelu':
      return graph.add('PRelu', [value, operand(call, 'preluActivationWeights')]);
    default:
      throw new Error(`Cannot say ${call.kernel} with the activation ${String(activation)} in a graph`);
  }
}

/** Kernels that work on each number by itself. */
export const elementwise: Readonly<Record<string, KernelWriter>> = {
  ...Object.fromEntries(Object.entries(unary).map(([kernel, operation]) => [kernel, plain(operation, only)])),
  ...Object.fromEntries(Object.entries(binary).map(([kernel, operation]) => [kernel, plain(operation, both)])),
  AddN: (call) =>
    call.graph.add(
      'Sum',
      Object.keys(call.inputs).map((name) => operand(call, name)),
    ),
  Cast: (call) =>
    call.graph.add('Cast', [operand(call, 'x')], { to: elementTypes[elementType(call.attributes['dtype'] as never)] }),
  ClipByValue: (call) => {
    const { graph, attributes } = call;
    const [least, most] = [Number(attributes['clipValueMin']), Number(attributes['clipValueMax'])];
    return graph.add('Clip', [operand(call, 'x'), graph.scalar(least), graph.scalar(most)]);
  },
  Expm1: (call) => call.graph.add('Sub', [call.graph.add('Exp', [operand(call, 'x')]), call.graph.scalar(1)]),
  LeakyRelu: (call) =>
    call.graph.add('LeakyRelu', [operand(call, 'x')], { alpha: { float: Number(call.attributes['alpha']) } }),
  Log1p: (call) => call.graph.add('Log', [call.graph.add('Add', [operand(call, 'x'), call.graph.scalar(1)])]),
  NotEqual: (call) => call.graph.add('Not', [plain('Equal', both)(call) as string]),
  Prelu: (call) => call.graph.add('PRelu', [operand(call, 'x'), operand(call, 'alpha')]),
  Relu6: (call) => activated(call, operand(call, 'x'), 'relu6'),
  Rsqrt: (call) => call.graph.add('Reciprocal', [call.graph.add('Sqrt', [operand(call, 'x')])]),
  Select: (call) =>
    call.graph.add(
      'Where',
      ['condition', 't', 'e'].map((name) => operand(call, name)),
    ),
  Square: (call) => call.graph.add('Mul', [operand(call, 'x'), operand(call, 'x')]),
  SquaredDifference: (call) => {
    const difference = plain('Sub', both)(call) as string;
    return call.graph.add('Mul', [difference, difference]);
  },
  // x times sigmoid(x), a kernel of @mer/backends
  Swish: (call) => call.graph.add('Mul', [operand(call, 'x'), call.graph.add('Sigmoid', [operand(call, 'x')])]),
};
