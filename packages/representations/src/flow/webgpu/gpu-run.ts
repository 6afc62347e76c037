import * as tf from '@tensorflow/tfjs-core';

/** The numbers a kernel can read, see `Params` in shaders.ts. */
export interface Params {
  width: number;
  height: number;
  a?: number;
  b?: number;
  p?: number;
  q?: number;
  r?: number;
  s?: number;
}

/** A kernel with its buffers, ready to be dispatched any number of times. */
export interface BoundKernel {
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  workgroups: readonly [number, number];
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

/** Dispatches between two submissions, so that no single one keeps the GPU busy for long. */
const perSubmission = 2000;

/**
 * Work on the GPU of tfjs's webgpu backend: buffers and kernels of its own, between a tensor that goes in and one that comes out.
 *
 * Call `end()` when done: it submits what is left and destroys the buffers.
 */
export class GpuRun {
  readonly #device: GPUDevice;
  readonly #buffers: GPUBuffer[] = [];
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #count = 0;

  constructor() {
    this.#device = (tf.backend() as unknown as { device: GPUDevice }).device;
  }

  /** A buffer of `length` floats, all 0. */
  floats(length: number): GPUBuffer {
    return this.#buffer(Math.max(4, length) * 4);
  }

  /** A buffer with these floats. */
  constants(values: ArrayLike<number>): GPUBuffer {
    const buffer = this.#buffer(Math.max(4, values.length) * 4);
    this.#device.queue.writeBuffer(buffer, 0, Float32Array.from(values));
    return buffer;
  }

  #buffer(size: number, usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST): GPUBuffer {
    const buffer = this.#device.createBuffer({ size, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  /** The values of a tensor, in a buffer to read from. */
  input(tensor: tf.Tensor): GPUBuffer {
    let onGpu: tf.GPUData | undefined;
    try {
      onGpu = tensor.dataToGPU();
    } catch {
      // not on the GPU yet
      return this.constants(tensor.dataSync() as Float32Array);
    }
    const buffer = this.#buffer(tensor.size * 4);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(onGpu.buffer as unknown as GPUBuffer, 0, buffer, 0, tensor.size * 4);
    this.#device.queue.submit([encoder.finish()]);
    onGpu.tensorRef.dispose();
    return buffer;
  }

  /** A kernel with its parameters and buffers (bindings 1, 2, …), for `count` threads and `planes` in y. */
  bind(code: string, params: Params, buffers: readonly GPUBuffer[], count: number, planes = 1): BoundKernel {
    let known = pipelines.get(this.#device);
    if (!known) pipelines.set(this.#device, (known = new Map()));
    let pipeline = known.get(code);
    if (!pipeline) {
      pipeline = this.#device.createComputePipeline({
        layout: 'auto',
        compute: { module: this.#device.createShaderModule({ code }), entryPoint: 'main' },
      });
      known.set(code, pipeline);
    }
    const numbers = new ArrayBuffer(32);
    new Uint32Array(numbers).set([params.width, params.height, params.a ?? 0, params.b ?? 0]);
    new Float32Array(numbers).set([params.p ?? 0, params.q ?? 0, params.r ?? 0, params.s ?? 0], 4);
    const uniform = this.#buffer(32, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.#device.queue.writeBuffer(uniform, 0, numbers);
    const group = this.#device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniform, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return { pipeline, group, workgroups: [Math.ceil(count / 256), planes] };
  }

  /** Runs a bound kernel after everything before it. */
  dispatch({ pipeline, group, workgroups }: BoundKernel): void {
    if (!this.#pass) {
      this.#encoder = this.#device.createCommandEncoder();
      this.#pass = this.#encoder.beginComputePass();
    }
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, group);
    this.#pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
    if (++this.#count % perSubmission === 0) this.#submit();
  }

  /** Binds and runs a kernel once. */
  run(code: string, params: Params, buffers: readonly GPUBuffer[], count: number, planes = 1): void {
    this.dispatch(this.bind(code, params, buffers, count, planes));
  }

  #submit(): void {
    if (!this.#pass || !this.#encoder) return;
    this.#pass.end();
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#pass = null;
    this.#encoder = null;
  }

  /** A tensor of the values in a buffer of this run. */
  output(buffer: GPUBuffer, shape: [number, number, number]): tf.Tensor3D {
    this.#submit();
    return tf.tensor({ buffer } as unknown as tf.WebGPUData, shape, 'float32') as tf.Tensor3D;
  }

  /** Submits what is left and destroys the buffers; the GPU finishes what it was given. */
  end(): void {
    this.#submit();
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.length = 0;
  }
}
