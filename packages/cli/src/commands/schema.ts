import { experimentJsonSchema } from '@mer/experiments';

/** `mer schema` */
export function schema(): void {
  process.stdout.write(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`);
}
