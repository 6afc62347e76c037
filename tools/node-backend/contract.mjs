// Every case of the contract on `node`; prints { passed, skipped, failed, worst }.
import '@tensorflow/tfjs-layers';
import { useBackend } from '@mer/backends';
import { contract, contractTerms, runContractCase } from '@mer/backends/contract';

const { device } = await useBackend('node');
const result = { device, passed: 0, skipped: 0, failed: [], worst: 0 };
for (const item of contract) {
  const { skip, tolerance } = contractTerms('node', item);
  if (skip) {
    result.skipped += 1;
    continue;
  }
  try {
    const { error, leaked } = await runContractCase(item);
    if (!(error <= tolerance) || leaked !== 0) throw new Error(`error ${error}, ${leaked} tensors leaked`);
    result.passed += 1;
    result.worst = Math.max(result.worst, error);
  } catch (error) {
    result.failed.push(`${item.name}: ${error.message}`);
  }
}
console.log(JSON.stringify(result));
