import { useBackend } from '@mer/backends';
import { numbers } from '../../../lib/numbers.mjs';

export const dynamic = 'force-dynamic';

/** The numbers, computed on the server. */
export async function GET() {
  const { name } = await useBackend('wasm');
  return Response.json({ name, wasm: await numbers() });
}
