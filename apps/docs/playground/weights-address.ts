/** Where the weights of the network lie. */
export const weightsAddress = new URL('./network/weights.safetensors', import.meta.url).href;
