import { experimentJsonSchema, loadParts } from '@mer/experiments';

/** `mer schema` */
export async function schema({ use }: { use: string[] }): Promise<void> {
  const { parts } = await loadParts(use);
  process.stdout.write(`${JSON.stringify(experimentJsonSchema(parts), null, 2)}\n`);
}
