import { experimentJsonSchema, loadParts } from '@mer/experiments';
import { printJson } from '../output.js';

/** `mer schema` */
export async function schema({ use }: { use: string[] }): Promise<void> {
  const { parts } = await loadParts(use);
  printJson(experimentJsonSchema(parts), 2);
}
