'use client';

import { useBackend } from '@mer/backends';
import { useEffect } from 'react';
import { numbers } from '../lib/numbers.mjs';
import { show } from '../lib/show.mjs';

/** A client component that computes, and asks the route handler for the same. */
export default function Page() {
  useEffect(() => {
    show(async () => {
      const { name } = await useBackend('wasm');
      return { name, wasm: await numbers(), route: await (await fetch('/api/number')).json() };
    });
  }, []);
  return <p>…</p>;
}
