/** What weight files may be called; their content tells what they are. */
export const WEIGHT_ENDINGS = ['.safetensors', '.pth', '.pt', '.pkl', '.ckpt', '.hdf5', '.h5', '.keras'];
