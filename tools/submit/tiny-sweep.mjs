/** A sweep of eight folds in two cells, with a choice between them. */
export const tinySweep = `
name: tiny
data: { name: synthetic, options: { subjects: 4, clipsPerSubject: 2, size: 24, frames: 6 } }
inputs: [{ steps: [dynamic-image] }]
model: { name: small-cnn, options: { widths: [4, 4] } }
training: { epochs: 40, batchSize: 4, optimizer: { name: adam, learningRate: 0.01 }, epochChoice: validation }
backend: wasm
sweep: { grid: { training.batchSize: [2, 4] }, choose: validation-accuracy }
`;
