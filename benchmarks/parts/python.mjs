import { spawnSync } from 'node:child_process';

/** A Python that has some modules; undefined where there is none. */
export function findPython(modules, given) {
  return [given, 'python3', '/usr/bin/python3']
    .filter((name) => name !== undefined)
    .find((name) => spawnSync(name, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' }).status === 0);
}

/** Environment that holds PyTorch, and the libraries under it, to AVX2. */
export const AVX2 = { ATEN_CPU_CAPABILITY: 'avx2', DNNL_MAX_CPU_ISA: 'AVX2', OPENBLAS_CORETYPE: 'Haswell' };
