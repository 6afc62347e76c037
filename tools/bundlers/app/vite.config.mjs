// `fit` loads what its options ask for, so that a worker that trains is split, which Vite's default format of workers cannot be.
export default { worker: { format: 'es' } };
